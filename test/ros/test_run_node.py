"""How a node's process ends, whatever is raised in it."""

import sys

import pytest

PROGRAM = """
import threading
import rclpy
from rclpy.node import Node
from gpss_pose_ros.nodes.run import run_node

class Failing(Node):
    def __init__(self):
        super().__init__("failing")
        self.create_timer(0.01, self.fail)

    def fail(self):
        FIRST
        raise SystemError("a conversion was interrupted")

run_node(Failing)
"""


@pytest.mark.parametrize(
    ("first", "is_error"),
    [
        ("pass", True),
        ("rclpy.shutdown()", False),
        ("threading.Timer(0.05, rclpy.shutdown).start()", False),
    ],
)
def test_what_is_raised_when_rclpy_is_shut_down_is_no_error(graph, tmp_path, first, is_error):
    program = tmp_path / "failing.py"
    program.write_text(PROGRAM.replace("FIRST", first))
    process = graph.run(sys.executable, str(program))
    assert process.exit_code() == (1 if is_error else 0)
    graph.forget(process)
    assert ("SystemError" in process.output) is is_error
