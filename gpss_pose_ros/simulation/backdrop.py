"""What a camera sees of all that never moves, and what moves drawn over it."""

from dataclasses import dataclass

import cv2
import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.contact_shadow import darken, floor_mask
from gpss_pose_ros.simulation.lens import DepthArray, Lens, Rectangle
from gpss_pose_ros.simulation.renderer import BEYOND_M, Drawing
from gpss_pose_ros.simulation.state import View
from gpss_pose_ros.types import FloatArray, ImageArray


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A camera's lens, and the drawing and the view of what never moves.

    Attributes:
        lens: of the camera.
        drawing: of the lens's pinhole camera, last row first.
        floor: (H, W) uint8 255 where the drawing shows the floor.
        view: what the camera sees.
    """

    lens: Lens
    drawing: Drawing
    floor: ImageArray
    view: View

    @classmethod
    def of(cls, camera: Camera, lens: Lens, drawing: Drawing) -> "Backdrop":
        """Return the backdrop of a camera from its drawing."""
        floor = floor_mask(drawing[1], lens.pinhole, camera.camera_from_factory)
        return cls(lens, drawing, floor, view_of(drawing, lens))

    def with_front(
        self, camera: Camera, front: Drawing, area: Rectangle, shadows_m: FloatArray
    ) -> View:
        """Return the view with a drawing of what moves in front.

        Args:
            camera: whose backdrop this is.
            front: of the pinhole camera cropped to `area`.
            area: of the whole drawing, outside which nothing moves.
            shadows_m: (N, 3) x, y and radius of contact shadows, factory frame.
        """
        colour, depth = (array.copy() for array in self.drawing)
        pinhole = self.lens.pinhole
        darken(colour, self.floor, pinhole, camera.camera_from_factory, shadows_m)
        here = area.of_last_row_first(pinhole.size[1])
        nearer = cv2.compare(front[1], depth[here], cv2.CMP_LT)
        cv2.copyTo(front[0], nearer, colour[here])
        depth[here] = cv2.min(front[1], depth[here])
        part = self.lens.seen_through(area)
        pixels, depth_m = self.view.pixels.copy(), self.view.depth_m.copy()
        pixels[part] = self.lens.resample(colour, part)
        depth_m[part] = seen_depth(self.lens.resample_depth(depth, part))
        return View(pixels, depth_m)


def view_of(drawing: Drawing, lens: Lens) -> View:
    """Return what the lens makes of a drawing."""
    return View(lens.resample(drawing[0]), seen_depth(lens.resample_depth(drawing[1])))


def seen_depth(depth_m: DepthArray) -> DepthArray:
    """Return depth with infinity where nothing was drawn."""
    return np.where((depth_m > 0) & (depth_m < BEYOND_M), depth_m, np.float32(np.inf))
