"""What the detector is taught: which cell answers for which person, and how well it does."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from gpss_pose_ros.training.boxes import generalised_iou, pairwise_iou
from gpss_pose_ros.training.detector_network import STRIDES

_CELLS_A_PERSON = 10
_IOU_POWER = 5.0
_BOX_WEIGHT = 3.0
_LARGEST_EXPONENT = 8.0


@dataclass(frozen=True)
class Targets:
    """Boxes (N, M, 4) in input pixels from its top-left edge, M >= 1 the most of any image.

    Attributes:
        wanted: (N, M) persons to be found.
        ignored: (N, M) persons of whom nothing is asked; the rest of the rows are empty.
    """

    boxes: Tensor
    wanted: Tensor
    ignored: Tensor


class Cells:
    """Corners and strides of all cells of an input of (width, height) `size` in [px]."""

    def __init__(self, size: tuple[int, int], device: torch.device) -> None:
        corners, strides = [], []
        for stride in STRIDES:
            y, x = torch.meshgrid(
                torch.arange(size[1] // stride), torch.arange(size[0] // stride), indexing="ij"
            )
            corners.append(torch.stack([x, y], dim=-1).reshape(-1, 2).float())
            strides.append(torch.full((x.numel(), 1), float(stride)))
        self.corners = torch.cat(corners).to(device)
        self.strides = torch.cat(strides).to(device)
        self.centres_px = (self.corners + 0.5) * self.strides

    def boxes(self, rows: Tensor) -> Tensor:
        """Return boxes (N, cells, 4) in [px] of the network's rows (N, cells, 5)."""
        centres = (rows[..., :2] + self.corners) * self.strides
        halves = rows[..., 2:4].clamp(max=_LARGEST_EXPONENT).exp() * self.strides / 2.0
        return torch.cat([centres - halves, centres + halves], dim=-1)

    def inside(self, boxes: Tensor) -> Tensor:
        """Return (N, M, cells): whether a cell's centre is in each of the boxes (N, M, 4)."""
        low = self.centres_px[None, None] - boxes[:, :, None, :2]
        high = boxes[:, :, None, 2:] - self.centres_px[None, None]
        return torch.minimum(low, high).amin(dim=-1) > 0.0


def detector_losses(rows: Tensor, targets: Targets, cells: Cells) -> dict[str, Tensor]:
    """Return the loss of the scores and that of the boxes, for rows (N, cells, 5).

    A cell's score is taught to be how well its box fits, so that of two cells that see one person
    the better one wins (Feng et al., TOOD, 2021).
    """
    rows = rows.float()
    boxes = cells.boxes(rows)
    with torch.no_grad():
        person, quality = assign(torch.sigmoid(rows[..., 4]), boxes, targets, cells)
        skipped = (cells.inside(targets.boxes) & targets.ignored[..., None]).any(dim=1)
        asked = (~skipped | (quality > 0.0)).float()
    total = quality.sum().clamp(min=1.0)
    score = binary_cross_entropy_with_logits(rows[..., 4], quality, reduction="none")
    positive = quality > 0.0
    wanted = torch.gather(targets.boxes, 1, person[..., None].expand(-1, -1, 4))[positive]
    fit = (1.0 - generalised_iou(boxes[positive], wanted)) * quality[positive]
    return {
        "score": (score * asked).sum() / total,
        "box": _BOX_WEIGHT * fit.sum() / total,
    }


def assign(scores: Tensor, boxes: Tensor, targets: Targets, cells: Cells) -> tuple[Tensor, Tensor]:
    """Choose the cells that answer for persons.

    Of the cells whose centre is in a person's box, those answer that do best now: by their score
    and the overlap of their box.

    Args:
        scores: (N, cells) in [0, 1].
        boxes: (N, cells, 4) in [px].
        targets: the persons.
        cells: of the input.

    Returns:
        The person (N, cells) each cell answers for, and how well it does (N, cells); 0 of no one.
    """
    overlaps = pairwise_iou(targets.boxes, boxes)
    allowed = cells.inside(targets.boxes) & targets.wanted[..., None]
    merit = scores[:, None] * overlaps**_IOU_POWER * allowed
    best, places = merit.topk(_CELLS_A_PERSON, dim=-1)
    chosen = torch.zeros_like(allowed).scatter_(2, places, best > 0.0)
    # A cell that two persons chose answers for the one it overlaps more.
    person = torch.where(chosen, overlaps, -1.0).argmax(dim=1)
    chosen &= torch.zeros_like(chosen).scatter_(1, person[:, None], True)
    merit, overlaps = merit * chosen, overlaps * chosen
    highest = merit.amax(dim=2, keepdim=True).clamp(min=1e-12)
    quality = (merit / highest * overlaps.amax(dim=2, keepdim=True)).amax(dim=1)
    return person, quality
