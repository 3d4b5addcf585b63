"""pose_node under a lifecycle manager, and with no image at all."""

import math
import shutil
from typing import Any

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

from gpss_pose_ros.msg import CameraStatus, PersonPoseArray
from gpss_pose_ros.nodes.homes import share_directory

HEARTBEAT_S = 0.1


class Manager:
    """Asks pose_node for transitions, as a lifecycle manager does.

    Once the client made last has been answered, the node knows all of them: DDS announces them in
    order, and a response to a client that is not known yet would be lost.
    """

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._change = graph.node.create_client(ChangeState, "/pose_node/change_state")
        self._parameters = graph.node.create_client(SetParameters, "/pose_node/set_parameters")
        self._get_state = graph.node.create_client(GetState, "/pose_node/get_state")
        clients = (self._change, self._parameters, self._get_state)
        graph.until(lambda: all(client.service_is_ready() for client in clients))
        futures: list[Any] = []
        graph.until(
            lambda: any(future.done() for future in futures),
            lambda: futures.append(self._get_state.call_async(GetState.Request())),
        )

    def state(self) -> int:
        """Return the node's state."""
        return self._ask(self._get_state, GetState.Request()).current_state.id

    def change(self, transition: int) -> bool:
        """Ask for a transition; return whether it was made."""
        request = ChangeState.Request(transition=Transition(id=transition))
        return self._ask(self._change, request).success

    def set_detector(self, name: str) -> bool:
        """Set a parameter; return whether it was taken."""
        value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=name)
        request = SetParameters.Request(parameters=[Parameter(name="detector", value=value)])
        return self._ask(self._parameters, request).results[0].successful

    def _ask(self, client: Any, request: Any) -> Any:
        future = client.call_async(request)
        self._graph.until(future.done)
        return future.result()


@pytest.fixture
def managed(graph, scene, tmp_path):
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    parameters = {"autostart": False, "cameras": ["left", "right"], "heartbeat_s": HEARTBEAT_S}
    detector = tmp_path / "detector.yaml"
    process = graph.start("pose_node", {**parameters, "detector": str(detector)})
    return graph, persons, process, detector


def _heartbeats(graph, persons, count: int) -> list[PersonPoseArray]:
    persons.clear()
    graph.until(lambda: len(persons) >= count)
    return list(persons)


def test_lifecycle_and_heartbeat(managed):
    graph, persons, process, detector = managed
    manager = Manager(graph)
    assert manager.state() == State.PRIMARY_STATE_UNCONFIGURED

    assert not manager.change(Transition.TRANSITION_CONFIGURE)
    assert manager.state() == State.PRIMARY_STATE_UNCONFIGURED
    assert "on_configure: " in process.output
    assert str(detector) in process.output
    assert "yolox_nano" in process.output  # the valid choices
    assert not manager.set_detector("yolox_nano")  # needs a restart

    shutil.copy(share_directory() / "config" / "models" / "yolox_nano.yaml", detector)
    assert manager.change(Transition.TRANSITION_CONFIGURE)
    assert manager.state() == State.PRIMARY_STATE_INACTIVE
    assert not persons

    assert manager.change(Transition.TRANSITION_ACTIVATE)
    first = _heartbeats(graph, persons, 5)
    for message in first:
        assert not message.persons
        assert not message.timings
        assert message.header.frame_id == "factory"
        assert [c.camera_id for c in message.cameras] == ["left", "right"]
        for camera in message.cameras:
            assert camera.state == CameraStatus.MISSING
            assert "no image received yet" in camera.reason
            assert math.isnan(camera.age)

    assert manager.change(Transition.TRANSITION_DEACTIVATE)
    manager.state()  # what was under way has arrived when this answer has
    persons.clear()
    waited = graph.node.get_clock().now().nanoseconds + 5 * HEARTBEAT_S * 1e9
    graph.until(lambda: graph.node.get_clock().now().nanoseconds > waited)
    assert not persons

    assert manager.change(Transition.TRANSITION_CLEANUP)
    assert manager.state() == State.PRIMARY_STATE_UNCONFIGURED
    assert manager.change(Transition.TRANSITION_CONFIGURE)
    assert manager.change(Transition.TRANSITION_ACTIVATE)
    numbers = [m.sequence for m in _heartbeats(graph, persons, 3)]
    assert numbers[0] > first[-1].sequence  # goes on, so that no receiver takes it for the past
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert "Traceback" not in process.output
