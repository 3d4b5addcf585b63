"""Prints /gpss/persons for people."""

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from gpss_pose_ros.msg import CameraStatus, Foot, PersonPose, PersonPoseArray

_STATUS = {
    PersonPose.TENTATIVE: "tentative",
    PersonPose.CONFIRMED: "confirmed",
    PersonPose.HELD: "held",
    PersonPose.LOST: "lost",
}


def echo_persons() -> None:
    """Print every message until Ctrl-C."""
    rclpy.init()
    node = Node("gpss_echo")
    node.create_subscription(PersonPoseArray, "/gpss/persons", lambda m: print(_text(m)), 10)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()


def _text(message: PersonPoseArray) -> str:
    stamp = message.header.stamp
    lines = [
        f"#{message.sequence} {stamp.sec}.{stamp.nanosec:09d} in {message.header.frame_id}:"
        f" {len(message.persons)} persons; {_cameras(message)}"
    ]
    lines += [f"  {_person(person)}" for person in message.persons]
    return "\n".join(lines)


def _cameras(message: PersonPoseArray) -> str:
    faults = [f"{c.camera_id}: {c.reason}" for c in message.cameras if c.state != CameraStatus.OK]
    live = len(message.cameras) - len(faults)
    return "; ".join([f"{live}/{len(message.cameras)} cameras ok", *faults])


def _person(person: PersonPose) -> str:
    return (
        f"person {person.track_id} {_STATUS[person.status]} at {_point(person.position)}"
        f" left foot {_foot(person.left_foot)} right foot {_foot(person.right_foot)}"
        f" seen by {', '.join(person.camera_ids)}"
    )


def _foot(foot: Foot) -> str:
    sources = {Foot.OBSERVED: "", Foot.INFERRED: " inferred", Foot.OCCLUDED: " occluded"}
    return _point(foot.position) + sources[foot.source]


def _point(point) -> str:
    return f"({point.x:.2f}, {point.y:.2f})"
