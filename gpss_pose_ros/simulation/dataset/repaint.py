"""Gives what stands still in a compiled scene other pictures, without compiling it again."""

import cv2
import numpy as np

from gpss_pose_ros.simulation.dataset.texture import random_texture
from gpss_pose_ros.simulation.scene import Scene
from gpss_pose_ros.simulation.textures import SURFACES
from gpss_pose_ros.types import ImageArray

_KEEP_FLOOR, _KEEP_SURFACE = 0.35, 0.5
"""Shares of floors and of other surfaces that stay as the world has them."""
_FLOOR_PX = 512
_CUBE_FACES = 6


class Paint:
    """The pictures of a scene's floor and surfaces: its own, or random ones."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._own = {name: scene.picture(name) for name in ("floor", *SURFACES)}

    def renew(self, rng: np.random.Generator) -> None:
        """Draw all pictures anew; the result depends on `rng` alone."""
        for name, own in self._own.items():
            if name == "floor":
                picture = own if rng.random() < _KEEP_FLOOR else _random_floor(own, rng)
            else:
                picture = own if rng.random() < _KEEP_SURFACE else _random_cube(own, rng)
            self._scene.repaint(name, picture)


def _random_cube(own: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Return six random faces in the shape of `own` (6 S, S, 3)."""
    return np.concatenate([random_texture(own.shape[1], rng) for _ in range(_CUBE_FACES)])


def _random_floor(own: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Return a random texture, once or repeated, in the shape of `own` (H, W, 3)."""
    repeats = int(rng.integers(1, 4))
    texture = np.tile(random_texture(_FLOOR_PX, rng), (repeats, repeats, 1))
    floor = cv2.resize(texture, own.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(floor, np.uint8)
