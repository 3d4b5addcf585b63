"""Takes the images of one world: new people's places for each, a new camera every few.

Image `index` depends on seed, split and index alone, whatever was taken before it.
"""

from dataclasses import dataclass
from types import TracebackType

import cv2
import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.body import load_bodies
from gpss_pose_ros.simulation.dataset.coco import Record, annotation_record, image_record
from gpss_pose_ros.simulation.dataset.crowd import gather
from gpss_pose_ros.simulation.dataset.placement import FreeFloor, Sight
from gpss_pose_ros.simulation.dataset.repaint import Paint
from gpss_pose_ros.simulation.dataset.sensor import compress, photograph
from gpss_pose_ros.simulation.dataset.settings import DatasetSettings
from gpss_pose_ros.simulation.dataset.splits import bodies_of, camera_rng, image_rng, world_rng
from gpss_pose_ros.simulation.dataset.texture import random_texture
from gpss_pose_ros.simulation.dataset.viewpoint import random_camera
from gpss_pose_ros.simulation.model import Member
from gpss_pose_ros.simulation.outfit import Outfit, light_outfit, random_outfit
from gpss_pose_ros.simulation.random_world import random_world
from gpss_pose_ros.simulation.scene import Scene
from gpss_pose_ros.simulation.state import PersonState, View
from gpss_pose_ros.types import ImageArray

_LEAST_SEEN = 1e-6
_LEAST_FLOOR = {"top": 0.3, "side": 0.12}
_CAMERAS_TRIED = 5


@dataclass(frozen=True, eq=False)
class _SetUp:
    """What a few images share: the camera and the look of the hall.

    Attributes:
        group: number of these images.
        kind: "top" or "side".
        sight: the camera, and what it sees of the empty hall.
        outside: (H, W, 3) what is beyond the hall.
    """

    group: int
    kind: str
    sight: Sight
    outside: ImageArray


class Studio:
    """One world of a dataset with its cast, ready to be photographed; use it in a `with`.

    Args:
        settings: what the dataset is made of.
        seed: of the dataset.
        split: whose bodies appear.
        world: number of the world, see `splits.world_number`.
    """

    def __init__(self, settings: DatasetSettings, seed: int, split: str, world: int) -> None:
        rng = world_rng(seed, world)
        self._settings, self._seed, self._number = settings, seed, world
        self._world = random_world(rng)
        bodies = bodies_of(split, load_bodies())
        chosen = rng.choice(len(bodies), settings.people, replace=len(bodies) < settings.people)
        self._cast = [Member(bodies[i], self._outfit(rng)) for i in chosen]
        self._scene = Scene(self._world, self._cast)
        self._paint = Paint(self._scene)
        self._floor = FreeFloor(self._world)
        self._set_up: _SetUp | None = None

    def __enter__(self) -> "Studio":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scene.close()

    def take(self, index: int) -> tuple[bytes, Record]:
        """Return image `index` of the split as a JPEG file, and its records."""
        rng = image_rng(self._seed, self._number, index)
        set_up = self._hung_up(index // self._settings.images_per_camera)
        camera, sensor = set_up.sight.camera, self._settings.sensor
        persons = self._gather(set_up.sight, rng)
        view = self._scene.render(camera)
        jpeg = compress(photograph(_filled(view, set_up.outside), sensor, rng), sensor, rng)
        image = image_record(index, f"{index:06d}.jpg", camera, set_up.kind, self._number)
        annotations = self._annotate(image, persons, camera, view)
        return jpeg, {"image": image, "annotations": annotations}

    def _outfit(self, rng: np.random.Generator) -> Outfit:
        light = rng.random() < self._settings.light_outfit_fraction
        return light_outfit(rng) if light else random_outfit(rng)

    def _gather(self, sight: Sight, rng: np.random.Generator) -> tuple[PersonState, ...]:
        """Fill the hall, and return the people in it."""
        bodies = [member.body for member in self._cast]
        crowd = gather(self._world, bodies, sight, self._floor, self._settings, rng)
        self._scene.show(crowd.persons, crowd.robots, crowd.props)
        return crowd.persons

    def _hung_up(self, group: int) -> _SetUp:
        """Hang up the camera of a group of images, and paint the hall for it."""
        if self._set_up is None or self._set_up.group != group:
            rng = camera_rng(self._seed, self._number, group)
            kind = "side" if rng.random() < self._settings.side_fraction else "top"
            self._paint.renew(rng)
            sight = self._random_sight(kind, rng)
            outside = cv2.resize(random_texture(256, rng), sight.camera.model.size)
            self._set_up = _SetUp(group, kind, sight, np.asarray(outside, np.uint8))
        return self._set_up

    def _random_sight(self, kind: str, rng: np.random.Generator) -> Sight:
        """Return a camera that sees floor where people can stand; of a full hall, any camera."""
        self._scene.show(())
        for _ in range(_CAMERAS_TRIED):
            target = self._floor.random_place(rng, 0.5)
            camera = random_camera(kind, target, self._world.floor_size_m, self._settings, rng)
            sight = Sight(camera, self._scene.render(camera).depth_m)
            if sight.free_floor_share(self._floor) >= _LEAST_FLOOR[kind]:
                break
        return sight

    def _annotate(
        self, image: Record, persons: tuple[PersonState, ...], camera: Camera, view: View
    ) -> list[Record]:
        """Return the annotations of everybody of whom anything is seen."""
        annotations: list[Record] = []
        for person in persons:
            truth = self._scene.truth(person, camera, view)
            if truth.visible_fraction < _LEAST_SEEN:
                continue
            annotation = annotation_record(image, len(annotations), truth)
            annotation["body"] = person.body.name
            annotation["keypoints_m"] = person.keypoints_m.round(4).tolist()
            annotation["soles_m"] = person.soles_m.round(4).tolist()
            annotations.append(annotation)
        return annotations


def _filled(view: View, outside: ImageArray) -> ImageArray:
    """Return the pixels of a view, with a picture where it sees out of the world."""
    pixels: ImageArray = np.where(np.isinf(view.depth_m)[:, :, None], outside, view.pixels)
    return pixels
