"""The messages of Nav2 that safety_node can publish: the same ones here and in Nav2 Jazzy."""

import pytest
from nav2_msgs.msg import CostmapFilterInfo, SpeedLimit


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            SpeedLimit,
            {"header": "std_msgs/Header", "percentage": "boolean", "speed_limit": "double"},
        ),
        (
            CostmapFilterInfo,
            {
                "header": "std_msgs/Header",
                "type": "uint8",
                "filter_mask_topic": "string",
                "base": "float",
                "multiplier": "float",
            },
        ),
    ],
)
def test_message_has_the_fields_of_nav2_in_their_order(message, fields):
    assert list(message.get_fields_and_field_types().items()) == list(fields.items())
