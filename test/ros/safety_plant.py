"""All that safety_node hears in a test: one camera, one robot, and whoever is there."""

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import Point
from nav_msgs.msg import Odometry
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import (
    CameraStatus,
    Foot,
    Keypoint,
    PersonPose,
    PersonPoseArray,
    RobotVerdict,
    SafetyState,
    StageTiming,
)
from gpss_pose_ros.nodes import conversions

PERIOD_S = 0.05
FAR, NEAR = (3.0, 0.0), (-1.2, 0.0)  # of the robot at (-3, 0)
BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
SITE = """
monitor: {persons_timeout_s: 4.0, data_age_s: 5.0, camera_age_s: 5.0, robot_timeout_s: 3.0,
          late_s: 5.0, settle_s: 0.2, clear_after_s: 0.2, jump_s: 1.0}
coverage: {low_m: [-6.0, -5.0], high_m: [6.0, 5.0], resolution_m: 0.1, min_person_px: 5}
human_free: [{name: cage, corners_m: [[5.0, 4.0], [6.0, 4.0], [6.0, 5.0], [5.0, 5.0]]}]
profiles:
  - name: amr
    footprint_m: [[-0.5, -0.3], [0.5, -0.3], [0.5, 0.3], [-0.5, 0.3]]
    deceleration_mps2: 1.0
    reaction_s: 0.4
    localisation_sigma_m: 0.02
    largest_speed_mps: 1.5
robots:
  - {name: atr, profile: amr, ROBOT}
"""  # times are long: this machine may be busy
FACTORY_FROM_BASE = Transform(np.eye(3), np.array([-3.0, 0.0, 0.0]))
BY_ODOMETRY = "odometry: /atr/odom"
MODEL = CameraModel(
    np.array([[150.0, 0.0, 319.5], [0.0, 150.0, 239.5], [0.0, 0.0, 1.0]]),
    [],
    "plumb_bob",
    (640, 480),
)
CAMERA = Camera("west", MODEL, Transform(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 5.0])))


class Plant:
    """Everything that safety_node hears, published again and again; attributes are its state."""

    def __init__(self, graph: Any, odometry: bool = True) -> None:
        self.graph, self.node = graph, graph.node
        self.states = graph.listen(SafetyState, "/gpss/safety/state")
        self._persons = self.node.create_publisher(PersonPoseArray, "/gpss/persons", 50)
        self._infos = self.node.create_publisher(CameraInfo, "/west/camera_info", BEST_EFFORT)
        self._odometry = self.node.create_publisher(Odometry, "/atr/odom", 10) if odometry else None
        self._static = self.node.create_publisher(TFMessage, "/tf_static", LATCHED)
        self._reset = self.node.create_client(Trigger, "/safety_node/reset")
        self._sequence = 0
        self._next_s = 0.0
        self.restore()

    def restore(self) -> None:
        """Make all well."""
        self.people = {7: FAR}
        self.reporting = self.driving = True
        self.skip = False
        self.odometry_frame, self.odometry_from_base = "factory", FACTORY_FROM_BASE
        self.odometry_stamp = None  # now
        self.sigma_m2 = 0.0001
        self.camera_state = CameraStatus.OK
        self.moved = False
        self.info = conversions.camera_info(CAMERA, conversions.optical_frame("west"))
        self.place(CAMERA.factory_from_camera)

    def place(self, factory_from_camera: Transform) -> None:
        """Say where the camera is; tf2_ros's broadcaster would keep to the first."""
        frame = conversions.optical_frame("west")
        message = conversions.transform_message(factory_from_camera, "factory", frame)
        self._static.publish(TFMessage(transforms=[message]))

    def publish(self) -> None:
        """Publish everything that is due."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + PERIOD_S
        stamp = self.node.get_clock().now().to_msg()
        self.info.header.stamp = stamp
        self._infos.publish(self.info)
        if self.reporting:
            self._sequence += 2 if self.skip else 1
            self.skip = False
            self._persons.publish(self.report(stamp))
        if self._odometry and self.driving:
            self._odometry.publish(self.odometry(stamp))

    def report(self, stamp: Any) -> PersonPoseArray:
        """Return what pose_node would say."""
        camera = CameraStatus(
            camera_id="west", state=self.camera_state, last_stamp=stamp, moved=self.moved
        )
        message = PersonPoseArray(
            publish_stamp=stamp,
            sequence=self._sequence,
            cameras=[camera],
            persons=[self._person(*item, stamp) for item in self.people.items()],
            timings=[StageTiming(stage="fusion")],
        )
        message.header.frame_id, message.header.stamp = "factory", stamp
        return message

    def odometry(self, stamp: Any) -> Odometry:
        """Return what the robot would say: it stands at (-3, 0)."""
        message = Odometry(child_frame_id="atr/base_link")
        message.header.frame_id = self.odometry_frame
        message.header.stamp = self.odometry_stamp or stamp
        pose = conversions.transform_message(self.odometry_from_base, "", "").transform
        place = pose.translation
        message.pose.pose.position = Point(x=place.x, y=place.y)
        message.pose.pose.orientation = pose.rotation
        return message

    def _person(self, track_id: int, place: tuple[float, float], stamp: Any) -> PersonPose:
        point = Point(x=place[0], y=place[1])
        spread = [self.sigma_m2, 0.0, 0.0, self.sigma_m2]
        foot = Foot(position=point, covariance=spread, source=Foot.OBSERVED)
        nowhere = Point(x=math.nan, y=math.nan, z=math.nan)
        return PersonPose(
            track_id=track_id,
            status=PersonPose.CONFIRMED,
            position=point,
            position_covariance=spread,
            predicted_position=point,
            predicted_covariance=spread,
            left_foot=foot,
            right_foot=foot,
            keypoints=[Keypoint(position=nowhere) for _ in range(17)],
            capture_stamp=stamp,
        )

    @property
    def state(self) -> SafetyState:
        """The newest."""
        return self.states[-1]

    @property
    def robot(self) -> RobotVerdict:
        """The newest verdict of the only robot."""
        (robot,) = self.state.robots
        return robot

    def until(self, done: Any) -> None:
        """Publish until `done`, a condition on what is said from now on."""
        self.states.clear()
        self.graph.until(lambda: self.states and done(), self.publish)

    def until_cause(self, cause: int, verdict: int = RobotVerdict.PROTECTIVE_STOP) -> None:
        """Publish until a cause is told, and `verdict`; with the cause no robot may go on."""
        self.until(lambda: self.state.causes & cause and self.robot.verdict == verdict)
        for state in (state for state in self.states if state.causes & cause):
            assert state.robots[0].verdict >= RobotVerdict.UNKNOWN
            assert state.robots[0].reason
            assert state.robots[0].allowed_speed == 0.0

    def until_clear(self) -> None:
        """Publish until all is well."""
        self.until(lambda: self.state.verdict == SafetyState.CLEAR)

    def reset(self) -> Trigger.Response:
        """Ask to open the latch."""
        self.graph.until(self._reset.service_is_ready, self.publish)
        future = self._reset.call_async(Trigger.Request())
        self.graph.until(future.done, self.publish)
        return future.result()

    def recover(self) -> None:
        """Make all well, and reset until that is said."""
        self.restore()
        self.until(lambda: len(self.states) > 3 and self._opened())
        self.until_clear()

    def _opened(self) -> bool:
        """Tell whether the latch is open; if not, some more states are waited for."""
        if not self.state.latched or self.reset().success:
            return True
        self.states.clear()
        return False


def site_file(folder: Path, robot: str = BY_ODOMETRY) -> Path:
    path = folder / "zones.yaml"
    path.write_text(SITE.replace("ROBOT", robot))
    return path
