"""The topics of a camera: templates in which {camera} stands for its name."""

import re

from gpss_pose_ros.errors import ConfigurationError

_PLACE = "{camera}"
_TOPIC = re.compile(r"(~|(~?/)?[A-Za-z_]\w*)(/[A-Za-z_]\w*)*", re.ASCII)


def check_template(parameter: str, template: str) -> None:
    """Refuse a template that gives all cameras one topic.

    Raises:
        ConfigurationError: naming the parameter.
    """
    if _PLACE not in template:
        raise ConfigurationError(f"parameter {parameter} must contain {_PLACE}, got {template!r}")


def camera_topic(template: str, camera: str) -> str:
    """Return the topic of a camera.

    Raises:
        ConfigurationError: ROS 2 allows no topic of that name.
    """
    topic = template.replace(_PLACE, camera)
    if not _TOPIC.fullmatch(topic):
        raise ConfigurationError(
            f"camera {camera!r}: ROS 2 allows no topic {topic!r} ({template}); between slashes it"
            " takes letters, digits and _, and no digit first"
        )
    return topic
