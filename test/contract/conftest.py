"""Real ROS graphs for the contract tests, each in a domain of its own and on this machine only."""

import itertools
import os
import time
from collections.abc import Callable, Iterator

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

_count = itertools.count()


class Graph:
    """The nodes of one test; node names are made unique."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._executor = SingleThreadedExecutor()

    def node(self, *, spun: bool = True, **options: object) -> Node:
        """Make a node; `spun` ones run in `spin_until`, others are spun by the test."""
        node = Node(f"node_{len(self._nodes)}", **options)
        self._nodes.append(node)
        if spun:
            self._executor.add_node(node)
        return node

    def spin_until(self, done: Callable[[], object], seconds: float = 20.0) -> None:
        """Spin until `done()` is true; fail after the deadline."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"not reached within {seconds} s"
            self._executor.spin_once(timeout_sec=0.02)

    def close(self) -> None:
        """Destroy everything."""
        self._executor.shutdown()
        for node in self._nodes:
            node.destroy_node()


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    rclpy.init(domain_id=100 + (7 * os.getpid() + next(_count)) % 101)
    made = Graph()
    try:
        yield made
    finally:
        made.close()
        rclpy.try_shutdown()
