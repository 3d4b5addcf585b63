"""The small site on which faults are injected: two cameras, two robots, and somebody who works.

Each robot stands on floor that one camera alone sees. Between them both cameras see the floor.
"""

import math

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.settings import MonitorSettings

IMAGES_HZ = 5.0
FLOOR_M = (14.0, 7.0)
CAMERAS_M = {"cam_01": (-2.5, 0.0, 5.0), "cam_02": (2.5, 0.0, 5.0)}
ODOMETRY_ROBOT, TF_ROBOT = "atr_odometry", "atr_tf"
ROBOTS_M = {ODOMETRY_ROBOT: (-5.0, 0.0), TF_ROBOT: (5.0, 0.0)}
ODOMETRY_TOPIC = f"/{ODOMETRY_ROBOT}/odom"
GATE = "gate"
"""What the program behind the gate of the robot with odometry may do, as a robot of its own."""
PERSON_M = (0.0, 2.5)
LOOK_S = 0.25
"""How often safety_node looks at its site's file, at calibrations and publishers: its check_s."""
PERIOD_S = MonitorSettings().period_s
SILENCE_S = 2.0 * PERIOD_S
"""A receiver that hears no new state for so long stops its robot by itself."""
GATE_TIMEOUT_S = 0.2
"""After so much silence gate_node stops the robot: its state_timeout_s."""
HEARTBEAT_S = 0.5
"""pose_node reports persons and cameras at least this often: its heartbeat_s."""
KNOCK_RAD = math.radians(3.0)
SETTLE_S = 0.3
"""Robots go on sooner than by default: the campaign waits for that after each fault."""

_SIZE_PX = (640, 480)
_FIELD_OF_VIEW_RAD = math.radians(100.0)


def site_cameras() -> tuple[Camera, ...]:
    """Return the cameras: they look straight down, the image's x along the floor's x."""
    focal_px = _SIZE_PX[0] / 2.0 / math.tan(_FIELD_OF_VIEW_RAD / 2.0)
    middle = (_SIZE_PX[0] - 1) / 2.0, (_SIZE_PX[1] - 1) / 2.0
    K = np.array([[focal_px, 0.0, middle[0]], [0.0, focal_px, middle[1]], [0.0, 0.0, 1.0]])
    model = CameraModel(K, np.zeros(5), "plumb_bob", _SIZE_PX)
    down = np.diag([1.0, -1.0, -1.0])
    return tuple(
        Camera(name, model, Transform(down, np.array(place))) for name, place in CAMERAS_M.items()
    )


def turned(camera: Camera, angle_rad: float) -> Camera:
    """Return a camera turned about the vertical through it."""
    turn = Transform.from_rotation_vector([0.0, 0.0, angle_rad], np.zeros(3))
    place = camera.factory_from_camera
    rotated = Transform(turn.rotation @ place.rotation, place.translation)
    return Camera(camera.camera_id, camera.model, rotated)


def knocked(camera: Camera) -> Camera:
    """Return a camera that a lorry touched: people in its view are a hand off."""
    return turned(camera, KNOCK_RAD)


def site_text() -> str:
    """Return the site's file: all times by which faults are noticed are the usual ones."""
    return _SITE.format(
        low=[-FLOOR_M[0] / 2.0, -FLOOR_M[1] / 2.0],
        high=[FLOOR_M[0] / 2.0, FLOOR_M[1] / 2.0],
        cameras=list(CAMERAS_M),
        settle=SETTLE_S,
        odometry=ODOMETRY_ROBOT,
        tf=TF_ROBOT,
        topic=ODOMETRY_TOPIC,
    )


_SITE = """\
coverage: {{low_m: {low}, high_m: {high}, resolution_m: 0.2, min_person_px: 15.0}}
cameras: {cameras}
monitor: {{settle_s: {settle}, clear_after_s: {settle}}}
profiles:
  - name: small
    footprint_m: [[0.4, 0.3], [-0.4, 0.3], [-0.4, -0.3], [0.4, -0.3]]
    deceleration_mps2: 1.0
    reaction_s: 0.4
    localisation_sigma_m: 0.02
    largest_speed_mps: 1.0
robots:
  - {{name: {odometry}, profile: small, odometry: {topic}}}
  - {{name: {tf}, profile: small, frame: {tf}/base_link}}
"""
