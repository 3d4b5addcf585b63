"""How a node's process ends, whatever is raised in it."""

import sys

import pytest

PROGRAM = """
import rclpy
from rclpy.node import Node
from gpss_pose_ros.nodes.run import run_node

class Failing(Node):
    def __init__(self):
        super().__init__("failing")
        self.create_timer(0.01, self.fail)

    def fail(self):
        STOPPED
        raise SystemError("a conversion was interrupted")

run_node(Failing)
"""


@pytest.mark.parametrize("stopped", [True, False])
def test_what_is_raised_once_rclpy_is_shut_down_is_no_error(graph, tmp_path, stopped):
    program = tmp_path / "failing.py"
    program.write_text(PROGRAM.replace("STOPPED", "rclpy.shutdown()" if stopped else "pass"))
    process = graph.run(sys.executable, str(program))
    assert process.exit_code() == (0 if stopped else 1)
    graph.forget(process)
    assert ("SystemError" in process.output) is not stopped
