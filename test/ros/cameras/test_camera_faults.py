"""Cameras broken in every way, beside a good one: each is named with its fix, none hurts it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import CameraStatus, FloorObservationArray, PersonPoseArray
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.images import image_message

WIDTH, HEIGHT = 64, 48
FAULTS = {
    "silent": (CameraStatus.MISSING, ["no image", "topic"]),
    "wrong_size": (CameraStatus.BAD_IMAGE, ["64x48", "128x96", "/wrong_size/camera_info"]),
    "odd_encoding": (CameraStatus.BAD_IMAGE, ["'holographic'", "bgr8", "mono8"]),
    "truncated": (CameraStatus.BAD_IMAGE, ["4608", "9216"]),
    "empty": (CameraStatus.BAD_IMAGE, ["0x0"]),
    "no_info": (CameraStatus.UNCALIBRATED, ["/no_info/camera_info"]),
    "zero_k": (CameraStatus.UNCALIBRATED, ["/zero_k/camera_info", "zero", "calibrate"]),
    "odd_model": (CameraStatus.UNCALIBRATED, ["'mirror_ball'", "plumb_bob", "equidistant"]),
    "no_rotation": (CameraStatus.NO_TRANSFORM, ["factory", "no_rotation_optical_frame"]),
    "under_floor": (CameraStatus.NO_TRANSFORM, ["-3.000 m", "under the floor", "z axis point up"]),
    "no_tf": (CameraStatus.NO_TRANSFORM, ["factory", "no_tf_optical_frame", "publish it"]),
    "frozen": (CameraStatus.FROZEN, ["not changed"]),
    "ahead": (CameraStatus.BAD_IMAGE, ["ahead of", "synchronise"]),
    "lagging": (CameraStatus.STALE, ["too late"]),
    "behind": (CameraStatus.BAD_IMAGE, ["behind", "synchronise"]),
}
COUNTED = [  # images that were looked at and refused
    "wrong_size", "odd_encoding", "truncated", "empty", "no_info", "zero_k", "odd_model",
    "no_rotation", "under_floor", "no_tf", "frozen",
]  # fmt: skip


@dataclass
class Faulty:
    """A graph with one good camera and many broken ones."""

    graph: Any
    rig: Any
    persons: Any
    observations: Any
    diagnostics: Any

    def until(self, done: Callable[[], object]) -> None:
        """Wait while the cameras go on."""
        self.graph.until(done, self.rig.tick)

    def status(self, camera: str) -> CameraStatus | None:
        """Return the newest status of a camera."""
        cameras = self.persons[-1].cameras if self.persons else ()
        return next((c for c in cameras if c.camera_id == camera), None)

    def until_state(self, camera: str, state: int) -> CameraStatus:
        """Wait until a camera has a state; return its status."""

        def reached() -> bool:
            status = self.status(camera)
            return status is not None and status.state == state

        self.until(reached)
        return self.status(camera)


def _noise(index: int) -> ImageMessage:
    return image_message(
        np.random.default_rng(index).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    )


def _changed(message: ImageMessage, **fields: object) -> ImageMessage:
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def _small_camera(name: str) -> Camera:
    """Three metres above a floor that no other camera sees, looking straight down."""
    K = [[60.0, 0.0, 31.5], [0.0, 60.0, 23.5], [0.0, 0.0, 1.0]]
    model = CameraModel(np.array(K), np.zeros(5), "plumb_bob", (WIDTH, HEIGHT))
    return Camera(name, model, Transform(np.diag([1.0, -1.0, -1.0]), np.array([100.0, 0.0, 3.0])))


def _broken_drivers(sound: Callable[[str], Any]) -> dict[str, Any]:
    """Return a driver for each fault."""
    drivers = {name: sound(name) for name in [*FAULTS, "late_tf", "late_info", "frozen_once"]}
    drivers["silent"].on = False
    drivers["wrong_size"].info.width, drivers["wrong_size"].info.height = 2 * WIDTH, 2 * HEIGHT
    drivers["odd_encoding"].picture = lambda k: _changed(_noise(k), encoding="holographic")
    drivers["truncated"].picture = lambda k: _changed(
        _noise(k), data=_noise(k).data[: WIDTH * HEIGHT * 3 // 2]
    )
    drivers["empty"].picture = lambda k: ImageMessage(encoding="bgr8")
    drivers["no_info"].info = None
    drivers["zero_k"].info.k = np.zeros(9)
    drivers["odd_model"].info.distortion_model = "mirror_ball"
    drivers["no_rotation"].transform.transform.rotation.w = 0.0
    drivers["no_rotation"].transform.transform.rotation.x = 0.0
    drivers["under_floor"].transform.transform.translation.z = -3.0
    drivers["no_tf"].transform = drivers["late_tf"].transform = None
    drivers["late_info"].info = None
    drivers["frozen"].picture = drivers["frozen_once"].picture = lambda k: _noise(0)
    drivers["ahead"].ahead_s = 3.0
    drivers["lagging"].ahead_s = -1.0
    drivers["behind"].ahead_s = -3600.0
    return drivers


@pytest.fixture(scope="module")
def faulty(scene, shared_graph, make_rig, recorded_driver, slow_cameras) -> Faulty:
    good = recorded_driver("cam_01", "good")

    def sound(name: str) -> Any:
        camera, frame = _small_camera(name), f"{name}_optical_frame"
        info = conversions.camera_info(camera, frame)
        transform = conversions.transform_message(camera.factory_from_camera, "factory", frame)
        return replace(good, picture=_noise, info=info, transform=transform)

    graph = shared_graph
    rig = make_rig(graph, {"good": good, **_broken_drivers(sound)})
    heard = (
        graph.listen(PersonPoseArray, "/gpss/persons"),
        graph.listen(FloorObservationArray, "/pose_node/observations"),
        graph.listen(DiagnosticArray, "/diagnostics"),
    )
    graph.start("pose_node", {"cameras": list(rig.drivers), **slow_cameras, "max_age_s": 2.0})
    return Faulty(graph, rig, *heard)


@pytest.mark.parametrize("camera", FAULTS)
def test_fault_is_named_with_its_fix(faulty, camera):
    state, words = FAULTS[camera]
    status = faulty.until_state(camera, state)
    assert [word for word in words if word not in status.reason] == []
    assert status.persons == 0


def test_good_camera_goes_on_and_sees_people(faulty):
    faulty.until(lambda: any(o.camera_id == "good" for m in faulty.observations
                             for o in m.observations))  # fmt: skip
    faulty.until_state("good", CameraStatus.OK)
    assert faulty.persons[-1].persons


def test_silent_camera_has_no_age(faulty):
    status = faulty.until_state("silent", CameraStatus.MISSING)
    assert math.isnan(status.age)
    assert (status.last_stamp.sec, status.last_stamp.nanosec, status.rate) == (0, 0, 0.0)


@pytest.mark.parametrize("camera", ["frozen", "wrong_size", "no_tf", "ahead", "lagging"])
def test_faulty_view_counts_as_missing_from_its_set(faulty, camera):
    faulty.until_state(camera, FAULTS[camera][0])
    count = faulty.persons[-1].sequence
    seen = len(faulty.observations)
    faulty.until(lambda: faulty.persons[-1].sequence > count + 1
                 and len(faulty.observations) > seen)  # fmt: skip
    newest = faulty.observations[-1]
    assert camera in newest.missing_camera_ids
    assert "good" not in newest.missing_camera_ids


def test_faults_are_counted(faulty):
    for camera in COUNTED:
        faulty.until_state(camera, FAULTS[camera][0])
    seen = len(faulty.diagnostics)
    faulty.until(lambda: len(faulty.diagnostics) >= seen + 3)
    first, last = ({s.name: s for s in faulty.diagnostics[i].status} for i in (-3, -1))

    def count(statuses: dict[str, DiagnosticStatus], camera: str) -> int:
        values = {p.key: p.value for p in statuses[f"gpss: camera {camera}"].values}
        return int(values["faults"])

    more = [camera for camera in COUNTED if count(last, camera) > count(first, camera)]
    assert more == COUNTED
    assert count(last, "good") == count(first, "good")
    assert {last[f"gpss: camera {c}"].level for c in FAULTS} == {DiagnosticStatus.ERROR}
    counts = {p.key: int(p.value) for p in last["gpss: pipeline"].values}
    assert counts["future"] >= 1
    assert counts["late"] >= 1


def test_transform_that_comes_late_heals_its_camera(faulty):
    faulty.until_state("late_tf", CameraStatus.NO_TRANSFORM)
    faulty.rig.drivers["late_tf"].transform = conversions.transform_message(
        _small_camera("late_tf").factory_from_camera, "factory", "late_tf_optical_frame"
    )
    faulty.rig.send_transforms()
    assert faulty.until_state("late_tf", CameraStatus.OK).reason == ""


def test_camera_info_that_comes_late_heals_its_camera(faulty):
    faulty.until_state("late_info", CameraStatus.UNCALIBRATED)
    faulty.rig.drivers["late_info"].info = conversions.camera_info(
        _small_camera("late_info"), "late_info_optical_frame"
    )
    assert faulty.until_state("late_info", CameraStatus.OK).reason == ""


def test_picture_that_moves_again_heals_its_camera(faulty):
    faulty.until_state("frozen_once", CameraStatus.FROZEN)
    faulty.rig.drivers["frozen_once"].picture = _noise
    assert faulty.until_state("frozen_once", CameraStatus.OK).reason == ""
