"""Faults of images, and of the node that looks at them, by name."""

import signal

from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.nodes.conversions import stamp_ns, time_message
from gpss_pose_ros.nodes.fault_actions import Action, altered, closed, done, tampered
from gpss_pose_ros.nodes.fault_bench import FaultBench
from gpss_pose_ros.nodes.fault_camera_actions import CAMERA
from gpss_pose_ros.nodes.fault_images import POSE, ImageLoop, image_stream_name, pose_node
from gpss_pose_ros.nodes.fault_person_actions import JUMP_NS
from gpss_pose_ros.nodes.fault_tampers import Delayed, Repeated

_IMAGES = image_stream_name(CAMERA)
_LATE_S = 1.5


def _new_stamp(again: ImageMessage, true: ImageMessage) -> None:
    again.header.stamp = true.header.stamp


def _ahead(image: ImageMessage) -> None:
    image.header.stamp = time_message(stamp_ns(image.header.stamp) + JUMP_NS)


def _half(image: ImageMessage) -> None:
    image.height //= 2
    image.data = image.data[: image.height * image.step]


def _restart(bench: FaultBench) -> None:
    """Start pose_node anew: what it learned of cameras that moved is forgotten."""
    bench.send(POSE, signal.SIGINT)
    bench.graph.processes[POSE].wait()
    bench.graph.start(pose_node())


def image_actions(loop: ImageLoop) -> dict[str, Action]:
    """Return the actions; `loop` plays what the cameras see."""

    def show(what: str) -> None:
        loop.shown = getattr(loop.footage, what)

    def put_right(bench: FaultBench) -> None:
        show("empty")
        _restart(bench)

    return {
        "images_killed": closed(_IMAGES),
        "images_frozen": tampered(_IMAGES, lambda _: Repeated(_new_stamp, ages=True)),
        "images_late": tampered(_IMAGES, lambda stream: Delayed(_LATE_S, stream.last_ns)),
        "images_ahead": altered(_IMAGES, _ahead),
        "images_of_wrong_size": altered(_IMAGES, _half),
        "pose_hangs": done(
            lambda bench: bench.send(POSE, signal.SIGSTOP),
            lambda bench: bench.send(POSE, signal.SIGCONT),
        ),
        "camera_knocked": done(lambda _: show("knocked"), put_right),
        "pose_killed": done(lambda bench: bench.send(POSE, signal.SIGKILL), _restart),
    }
