"""What a camera sees of all that never moves, and what moves drawn over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.contact_shadow import ContactShadow, floor_mask
from gpss_pose_ros.simulation.lens import DepthArray, Lens
from gpss_pose_ros.simulation.rectangle import Rectangle
from gpss_pose_ros.simulation.renderer import BEYOND_M, Drawing
from gpss_pose_ros.simulation.state import View
from gpss_pose_ros.types import ImageArray


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A camera's lens, and the drawing and the view of what never moves.

    Attributes:
        lens: of the camera.
        drawing: of the lens's pinhole camera, last row first.
        canvas: the same, to draw over; always left as it was.
        floor: (H, W) uint8 255 where the drawing shows the floor.
        view: what the camera sees.
    """

    lens: Lens
    drawing: Drawing
    canvas: Drawing
    floor: ImageArray
    view: View

    @classmethod
    def of(cls, camera: Camera, lens: Lens, drawing: Drawing) -> "Backdrop":
        """Return the backdrop of a camera from its drawing."""
        floor = floor_mask(drawing[1], lens.pinhole, camera.camera_from_factory)
        canvas = drawing[0].copy(), drawing[1].copy()
        return cls(lens, drawing, canvas, floor, view_of(drawing, lens))

    def with_front(
        self,
        areas: Sequence[Rectangle],
        fronts: Iterable[Drawing],
        shadows: Iterable[ContactShadow],
    ) -> View:
        """Return the view with what moves in front.

        Args:
            areas: of the whole drawing, outside which nothing changes.
            fronts: drawing of what moves, of each area.
            shadows: on the floor, inside the areas.
        """
        height = self.lens.pinhole.size[1]
        for shadow in shadows:
            shadow.darken(self.canvas[0], self.floor)
        for area, (colour, depth) in zip(areas, fronts, strict=True):
            here = area.of_last_row_first(height)
            nearer = cv2.compare(depth, self.canvas[1][here], cv2.CMP_LT)
            cv2.copyTo(colour, nearer, self.canvas[0][here])
            cv2.copyTo(depth, nearer, self.canvas[1][here])
        view = View(self.view.pixels.copy(), self.view.depth_m.copy())
        for part in filter(None, map(self.lens.seen_through, areas)):
            view.pixels[part] = self.lens.resample(self.canvas[0], part)
            view.depth_m[part] = seen_depth(self.lens.resample_depth(self.canvas[1], part))
        for area in areas:
            here = area.of_last_row_first(height)
            self.canvas[0][here], self.canvas[1][here] = (
                self.drawing[0][here],
                self.drawing[1][here],
            )
        return view


def view_of(drawing: Drawing, lens: Lens) -> View:
    """Return what the lens makes of a drawing."""
    return View(lens.resample(drawing[0]), seen_depth(lens.resample_depth(drawing[1])))


def seen_depth(depth_m: DepthArray) -> DepthArray:
    """Return depth with infinity where nothing was drawn."""
    return np.where((depth_m > 0) & (depth_m < BEYOND_M), depth_m, np.float32(np.inf))
