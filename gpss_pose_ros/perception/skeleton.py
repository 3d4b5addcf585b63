"""Which keypoints a model gives, in which order, and where the feet are among them."""

from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.types import FloatArray, Side

COCO17_KEYPOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
_FEET_KEYPOINTS = (
    "left_big_toe",
    "left_small_toe",
    "left_heel",
    "right_big_toe",
    "right_small_toe",
    "right_heel",
)
_HALPE_FEET = tuple(
    f"{side}_{part}" for part in ("big_toe", "small_toe", "heel") for side in ("left", "right")
)
_EDGE_NAMES = (
    ("nose", "left_eye"),
    ("nose", "right_eye"),
    ("left_eye", "left_ear"),
    ("right_eye", "right_ear"),
    ("left_shoulder", "right_shoulder"),
    ("left_shoulder", "left_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
    ("left_hip", "right_hip"),
    ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"),
    ("right_knee", "right_ankle"),
    ("left_ankle", "left_heel"),
    ("left_heel", "left_big_toe"),
    ("left_heel", "left_small_toe"),
    ("right_ankle", "right_heel"),
    ("right_heel", "right_big_toe"),
    ("right_heel", "right_small_toe"),
    ("neck", "head"),
)
# COCO keypoint evaluation, one value for both sides.
_COCO_SIGMAS = {
    "nose": 0.026,
    "eye": 0.025,
    "ear": 0.035,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "hip": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
}
# COCO-WholeBody, where left and right feet do differ.
_FEET_SIGMAS = dict(zip(_FEET_KEYPOINTS, (0.068, 0.066, 0.066, 0.092, 0.094, 0.094), strict=True))


@dataclass(frozen=True)
class FootKeypoints:
    """Indices of one side's foot keypoints in a skeleton; None where it has none."""

    ankle: int | None
    heel: int | None
    big_toe: int | None
    small_toe: int | None


@dataclass(frozen=True)
class Skeleton:
    """An ordered set of K named keypoints.

    Attributes:
        name: as written in model descriptions and messages.
        keypoints: K names; a side is the prefix `left_` or `right_`.
    """

    name: str
    keypoints: tuple[str, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {name: i for i, name in enumerate(self.keypoints)})

    def __len__(self) -> int:
        return len(self.keypoints)

    def index(self, keypoint: str) -> int | None:
        """Return the position of `keypoint`, None where this skeleton has none."""
        return self._index.get(keypoint)

    @property
    def flip_pairs(self) -> tuple[tuple[int, int], ...]:
        """(left, right) indices that trade places when an image is mirrored."""
        return tuple(
            (left, self._index[name.replace("left_", "right_", 1)])
            for name, left in self._index.items()
            if name.startswith("left_")
        )

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs of indices to join by a line when drawing."""
        return tuple(
            (self._index[a], self._index[b])
            for a, b in _EDGE_NAMES
            if a in self._index and b in self._index
        )

    @property
    def sigmas(self) -> FloatArray:
        """(K,) per-keypoint constants of object keypoint similarity; NaN where none is published.

        Sources: COCO keypoint evaluation (body), COCO-WholeBody (feet).
        """
        return np.array([_sigma(name) for name in self.keypoints])

    @property
    def feet(self) -> dict[Side, FootKeypoints]:
        """The foot keypoints of each side."""
        return {
            side: FootKeypoints(
                *(
                    self.index(f"{side.value}_{p}")
                    for p in ("ankle", "heel", "big_toe", "small_toe")
                )
            )
            for side in Side
        }

    @property
    def coco17_indices(self) -> tuple[int | None, ...]:
        """Where each of the 17 COCO keypoints is in this skeleton; None where it has none."""
        return tuple(self.index(name) for name in COCO17_KEYPOINTS)

    def to_coco17(self, values: FloatArray, absent: float = np.nan) -> FloatArray:
        """Reorder per-keypoint values to the 17 COCO keypoints.

        Args:
            values: (K, ...) one entry a keypoint of this skeleton.
            absent: value of COCO keypoints this skeleton lacks.

        Returns:
            (17, ...)
        """
        result = np.full((len(COCO17_KEYPOINTS), *values.shape[1:]), absent)
        for target, source in enumerate(self.coco17_indices):
            if source is not None:
                result[target] = values[source]
        return result


def _sigma(name: str) -> float:
    part = name.removeprefix("left_").removeprefix("right_")
    return _FEET_SIGMAS.get(name, _COCO_SIGMAS.get(part, np.nan))


SKELETONS = {
    s.name: s
    for s in (
        Skeleton("coco17", COCO17_KEYPOINTS),
        # The first 23 of COCO-WholeBody.
        Skeleton("coco17_feet", COCO17_KEYPOINTS + _FEET_KEYPOINTS),
        Skeleton("halpe26", (*COCO17_KEYPOINTS, "head", "neck", "hip", *_HALPE_FEET)),
        # OpenPose's second 25-keypoint order.
        Skeleton("body_25b", (*COCO17_KEYPOINTS, "neck", "head", *_FEET_KEYPOINTS)),
    )
}
COCO17 = SKELETONS["coco17"]
COCO17_FEET = SKELETONS["coco17_feet"]
"""What simulated people have, and our own models give."""


def skeleton(name: str) -> Skeleton:
    """Return the skeleton called `name`.

    Raises ConfigurationError with the valid names.
    """
    try:
        return SKELETONS[name]
    except KeyError:
        raise ConfigurationError(unknown_choice("skeleton", name, SKELETONS)) from None
