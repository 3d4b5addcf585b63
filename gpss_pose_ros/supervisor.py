"""Runs the nodes of a graph as processes of its own, and leaves none behind."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import psutil

from gpss_pose_ros.bringup import NodeSpec
from gpss_pose_ros.errors import SetupError

_GRACE_S = ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: between fork and exec only the least may be done
_DOMAINS = 101  # the ports of domains 1 to 101 lie below the ephemeral ones


class Supervisor:
    """A graph of processes; use it as a context manager.

    Attributes:
        processes: by node name.
    """

    def __init__(
        self,
        nodes: Sequence[NodeSpec],
        prefixes: Mapping[str, Path],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Take the nodes, the install prefix of each of their packages, and variables to add."""
        self._nodes, self._prefixes = nodes, prefixes
        self._environment = {**os.environ, **(environment or {})}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._essential: list[str] = []

    def __enter__(self) -> "Supervisor":
        try:
            for node in self._nodes:
                self.start(node)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, node: NodeSpec) -> None:
        """Start one more node.

        Raises:
            SetupError: its package has no such executable.
        """
        self.processes[node.name] = self._process(node)
        if node.essential:
            self._essential.append(node.name)

    def ended(self) -> dict[str, int]:
        """Return the exit codes of the essential nodes that have ended, by name."""
        codes = {name: self.processes[name].poll() for name in self._essential}
        return {name: code for name, code in codes.items() if code is not None}

    def memory_mb(self) -> dict[str, float]:
        """Return the resident memory of each running node, in [MB]."""
        memory = {}
        for name, process in self.processes.items():
            try:
                memory[name] = psutil.Process(process.pid).memory_info().rss / 1e6
            except psutil.Error:
                continue
        return memory

    def stop(self) -> None:
        """End every process, gently first."""
        for number, grace_s in _GRACE_S:
            running = [p for p in self.processes.values() if p.poll() is None]
            for process in running:
                process.send_signal(number)
            deadline = time.monotonic() + grace_s
            for process in running:
                try:
                    process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    continue

    def _process(self, node: NodeSpec) -> subprocess.Popen[bytes]:
        program = self._prefixes[node.package] / "lib" / node.package / node.executable
        if not program.is_file():
            raise SetupError(
                f"{node.package} has no executable {node.executable}: looked at {program}"
            )
        interpreter = [sys.executable] if program.read_bytes()[:2] == b"#!" else []
        nice = ["nice", "-n", str(node.niceness)] if node.niceness else []
        return subprocess.Popen(
            [*nice, *interpreter, str(program), *node.arguments, *ros_arguments(node)],
            env=self._environment,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            preexec_fn=_die_with_parent,
        )


def use_own_domain() -> str:
    """Keep this process and what it starts apart from other graphs, unless the user chose a domain.

    Returns the ROS_DOMAIN_ID, one that nobody on this machine uses.
    """
    if "ROS_DOMAIN_ID" not in os.environ:
        first = os.getpid()
        candidates = (1 + (first + k) % _DOMAINS for k in range(_DOMAINS))
        free = next((domain for domain in candidates if _is_free(domain)), None)
        if free is None:
            raise SetupError("every ROS domain from 1 to 101 is in use here: set ROS_DOMAIN_ID")
        os.environ["ROS_DOMAIN_ID"] = str(free)
    return os.environ["ROS_DOMAIN_ID"]


def _is_free(domain: int) -> bool:
    """Tell whether no DDS participant has the first unicast port of a domain (RTPS 2.2, 9.6.1)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", 7400 + 250 * domain + 10))
        except OSError:
            return False
    return True


def ros_arguments(node: NodeSpec) -> list[str]:
    """Return the --ros-args that give a node its name and parameters."""
    words = ["--ros-args", "-r", f"__node:={node.name}"]
    for path in node.parameter_files:
        words += ["--params-file", str(path)]
    for name, value in node.parameters:
        words += ["-p", f"{name}:={json.dumps(value, ensure_ascii=False)}"]
    return words


def _die_with_parent() -> None:
    """Have the kernel end a node whose supervisor was killed before it could do so."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
