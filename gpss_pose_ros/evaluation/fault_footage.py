"""What the cameras of the campaign's site see, rendered before it is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tqdm import tqdm

from gpss_pose_ros.evaluation.fault_site import FLOOR_M, IMAGES_HZ, knocked, site_cameras
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import ImageArray

_SEED = 5
_PEOPLE = 3
_FRAMES = 50  # played forwards and backwards: 20 s
_EMPTY_FRAMES = 8  # they differ in noise


@dataclass(frozen=True)
class SiteFootage:
    """Images (H, W, 3) BGR by camera, IMAGES_HZ of them a second.

    Attributes:
        empty: nobody is there.
        people: some people walk.
        knocked: the same, and one camera is no longer where it was.
    """

    empty: Mapping[str, Sequence[ImageArray]]
    people: Mapping[str, Sequence[ImageArray]]
    knocked: Mapping[str, Sequence[ImageArray]]


def render_site(camera: str) -> SiteFootage:
    """Render the footage; `camera` is the one that is knocked.

    Raises:
        SetupError: this machine has no OpenGL.
    """
    cameras = site_cameras()
    after = tuple(knocked(c) if c.camera_id == camera else c for c in cameras)
    total = len(cameras) * (_EMPTY_FRAMES + _FRAMES) + _FRAMES
    with tqdm(total=total, unit="image", desc="rendering") as bar:
        empty = _rendered(cameras, cameras, 0, _EMPTY_FRAMES, bar)
        people = _rendered(cameras, cameras, _PEOPLE, _FRAMES, bar)
        moved = [c for c in after if c.camera_id == camera]
        turned = _rendered(after, moved, _PEOPLE, _FRAMES, bar)
    return SiteFootage(empty, people, {**people, **turned})


def _rendered(
    cameras: Sequence[Camera], shown: Sequence[Camera], people: int, frames: int, bar: tqdm
) -> dict[str, list[ImageArray]]:
    """Return what `shown` of the cameras see."""
    world = World(seed=_SEED, floor_size_m=FLOOR_M, cameras=tuple(cameras), people=people)
    footage = Footage(world, IMAGES_HZ)
    images: dict[str, list[ImageArray]] = {camera.camera_id: [] for camera in shown}
    try:
        for index in range(frames):
            for name, kept in images.items():
                kept.append(footage.view(name, index).pixels)
                bar.update()
    finally:
        footage.factory.close()
    return images
