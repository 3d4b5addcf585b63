"""Faults of what robots say of themselves, by name."""

import math
from typing import Any

from nav_msgs.msg import Odometry
from tf2_msgs.msg import TFMessage

from gpss_pose_ros.evaluation.fault_site import ODOMETRY_TOPIC
from gpss_pose_ros.nodes.conversions import stamp_ns, time_message
from gpss_pose_ros.nodes.fault_actions import Action, altered, second, silent, tampered
from gpss_pose_ros.nodes.fault_inputs import ODOMETRY, TRANSFORM
from gpss_pose_ros.nodes.fault_tampers import Repeated

_AHEAD_NS = 10_000_000_000


def _ahead(message: Any) -> None:
    message.header.stamp = time_message(stamp_ns(message.header.stamp) + _AHEAD_NS)


def _nan_place(message: Odometry) -> None:
    message.pose.pose.position.x = math.nan


def _nan_speed(message: Odometry) -> None:
    message.twist.twist.linear.x = math.nan


def _no_rotation(message: Odometry) -> None:
    message.pose.pose.orientation.w = 0.0


def _unknown_frame(message: Odometry) -> None:
    message.header.frame_id = "a_map_nobody_knows"


def _nan_transform(message: TFMessage) -> None:
    message.transforms[0].transform.translation.x = math.nan


ACTIONS: dict[str, Action] = {
    "odometry_stopped": silent(ODOMETRY),
    "odometry_frozen": tampered(ODOMETRY, lambda _: Repeated(ages=True)),
    "odometry_ahead": altered(ODOMETRY, _ahead),
    "odometry_nan": altered(ODOMETRY, _nan_place),
    "odometry_speed_nan": altered(ODOMETRY, _nan_speed),
    "odometry_not_a_rotation": altered(ODOMETRY, _no_rotation),
    "odometry_in_unknown_frame": altered(ODOMETRY, _unknown_frame),
    "transform_stopped": silent(TRANSFORM),
    "transform_nan": altered(TRANSFORM, _nan_transform),
    "second_odometry_publisher": second(Odometry, ODOMETRY_TOPIC),
}
