"""A camera's name becomes part of a topic, or is refused in words: exactly where ROS refuses it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rclpy.exceptions import InvalidTopicNameException
from rclpy.expand_topic_name import expand_topic_name
from rclpy.validate_full_topic_name import validate_full_topic_name

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes.camera_topics import camera_topic

# without ~: of two characters, as ~a, rcl allows what it refuses of three
NAMES = st.text(st.sampled_from("aZ_09/-. ä\n"), max_size=6)
TEMPLATES = st.sampled_from(["/{camera}/image_raw", "{camera}", "~/{camera}", "/hall/{camera}_raw"])


def _allowed_by_ros(topic):
    try:
        return validate_full_topic_name(expand_topic_name(topic, "node", "/"))
    except (InvalidTopicNameException, ValueError):
        return False


@example("~", "{camera}")
@given(NAMES, TEMPLATES)
def test_a_topic_is_refused_exactly_where_ros_refuses_it(name, template):
    topic = template.replace("{camera}", name)
    if _allowed_by_ros(topic):
        assert camera_topic(template, name) == topic
    else:
        with pytest.raises(ConfigurationError, match="ROS 2 allows no topic"):
            camera_topic(template, name)
