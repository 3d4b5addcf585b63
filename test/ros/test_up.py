"""`gpss up` ends what it started, however it ends itself."""

import signal
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from gpss_pose_ros.msg import PersonPoseArray


@pytest.fixture
def up(graph, scene) -> Iterator[tuple[Any, Any, psutil.Process]]:
    """A running graph: the bench, the command, and its pose_node."""
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    command = graph.command("up", "factory_frame:=hall")
    graph.until(lambda: persons)
    assert persons[0].header.frame_id == "hall"
    (node,) = psutil.Process(command.popen.pid).children()
    assert "pose_node" in " ".join(node.cmdline())
    yield graph, command, node
    if node.is_running():
        node.kill()  # only a failed test gets here


def _until_gone(graph, node: psutil.Process) -> None:
    graph.until(lambda: not node.is_running() or node.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end(up, number):
    graph, command, node = up
    command.popen.send_signal(number)
    assert command.exit_code() == 0
    graph.forget(command)
    assert not node.is_running()
    assert "Traceback" not in command.output


def test_killed(up):
    graph, command, node = up
    command.popen.kill()
    command.exit_code()
    graph.forget(command)
    _until_gone(graph, node)


def test_node_that_dies_ends_the_graph_and_is_named(up):
    graph, command, node = up
    node.kill()
    assert command.exit_code() == 1
    graph.forget(command)
    errors = [line for line in command.output.splitlines() if line.startswith("error: ")]
    assert errors == ["error: the graph ended because of pose_node (exit code -9)"]
