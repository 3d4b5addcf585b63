"""pose_node under a lifecycle manager, and with no image at all."""

import math

import pytest
from gpss_pose_ros.msg import CameraStatus, PersonPoseArray
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

HEARTBEAT_S = 0.1


@pytest.fixture
def managed(graph, scene):
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    parameters = {"autostart": False, "cameras": ["left", "right"], "heartbeat_s": HEARTBEAT_S}
    process = graph.start("pose_node", {**parameters, "detector": "yolo_nonesuch"})
    return graph, persons, process


def _change(graph, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return graph.call(ChangeState, "/pose_node/change_state", request).success


def _state(graph) -> int:
    return graph.call(GetState, "/pose_node/get_state", GetState.Request()).current_state.id


def _set_detector(graph, name: str) -> None:
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=name)
    request = SetParameters.Request(parameters=[Parameter(name="detector", value=value)])
    results = graph.call(SetParameters, "/pose_node/set_parameters", request).results
    assert results[0].successful


def _heartbeats(graph, persons, count: int) -> list[PersonPoseArray]:
    persons.clear()
    graph.until(lambda: len(persons) >= count)
    return list(persons)


def test_lifecycle_and_heartbeat(managed):
    graph, persons, process = managed
    assert _state(graph) == State.PRIMARY_STATE_UNCONFIGURED

    assert not _change(graph, Transition.TRANSITION_CONFIGURE)
    assert _state(graph) == State.PRIMARY_STATE_UNCONFIGURED
    assert "on_configure: " in process.output
    assert "yolo_nonesuch" in process.output
    assert "yolox_nano" in process.output  # the valid choices

    _set_detector(graph, "yolox_nano")
    assert _change(graph, Transition.TRANSITION_CONFIGURE)
    assert _state(graph) == State.PRIMARY_STATE_INACTIVE
    assert not persons

    assert _change(graph, Transition.TRANSITION_ACTIVATE)
    for message in _heartbeats(graph, persons, 5):
        assert not message.persons
        assert not message.timings
        assert message.header.frame_id == "factory"
        assert [c.camera_id for c in message.cameras] == ["left", "right"]
        for camera in message.cameras:
            assert camera.state == CameraStatus.MISSING
            assert "no image received yet" in camera.reason
            assert math.isnan(camera.age)

    assert _change(graph, Transition.TRANSITION_DEACTIVATE)
    _state(graph)  # what was under way has arrived when this answer has
    persons.clear()
    waited = graph.node.get_clock().now().nanoseconds + 5 * HEARTBEAT_S * 1e9
    graph.until(lambda: graph.node.get_clock().now().nanoseconds > waited)
    assert not persons

    assert _change(graph, Transition.TRANSITION_CLEANUP)
    assert _state(graph) == State.PRIMARY_STATE_UNCONFIGURED
    assert _change(graph, Transition.TRANSITION_CONFIGURE)
    assert _change(graph, Transition.TRANSITION_ACTIVATE)
    numbers = [m.sequence for m in _heartbeats(graph, persons, 3)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert "Traceback" not in process.output
