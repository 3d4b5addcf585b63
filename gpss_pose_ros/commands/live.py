"""Watching a graph while it works: the part that replay and demo have in common."""

import time
from collections.abc import Callable

from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.msg import CameraStatus, PersonPoseArray
from gpss_pose_ros.nodes.listener import ReplayListener
from gpss_pose_ros.supervisor import Supervisor

_START_S = 120.0
_DRAIN_S = 10.0
_SUMMARY_S = 1.0
_POLL_S = 0.1
_REPORTS_TO_SETTLE = 2  # the first may have been on its way already


def wait_until_heard(listener: ReplayListener, graph: Supervisor) -> None:
    """Return when the pipeline says its first word; GpssError when it does not."""
    deadline = time.monotonic() + _START_S
    while listener.latest is None:
        _require_all_running(graph)
        if time.monotonic() > deadline:
            raise GpssError(f"nothing on /gpss/persons within {_START_S:.0f} s")
        time.sleep(_POLL_S)


def follow(listener: ReplayListener, graph: Supervisor, summary: Callable[[], str]) -> None:
    """Print a line a second until everything published has been through the pipeline."""
    started = time.monotonic()
    finished_at = None
    while True:
        time.sleep(_SUMMARY_S)
        _require_all_running(graph)
        for name, memory in graph.memory_mb().items():
            known = listener.record.memory_mb
            known[name] = max(memory, known.get(name, 0.0))
        now = time.monotonic()
        print(summary(), flush=True)
        if listener.published == 0 and now - started > _START_S:
            raise GpssError(f"no image set was published within {_START_S:.0f} s")
        if listener.finished:
            finished_at = finished_at or now
            if _settled(listener) or now - finished_at > _DRAIN_S:
                return


def age_words(listener: ReplayListener) -> str:
    """Return the age of the newest result in words."""
    newest = list(listener.record.results.values())[-1:]  # a copy: the listener adds to it
    return f"{newest[0].age_ms:.0f} ms" if newest else "-"


def camera_words(message: PersonPoseArray | None) -> str:
    """Return how many cameras contribute in words."""
    if message is None:
        return "starting"
    live = sum(camera.state == CameraStatus.OK for camera in message.cameras)
    return f"{live}/{len(message.cameras)} ok"


def memory_line(listener: ReplayListener) -> str:
    """Return the largest memory of each node in words."""
    memory = sorted(listener.record.memory_mb.items())
    listed = ", ".join(f"{name} {mb:.0f}" for name, mb in memory)
    return f"memory in MB, shared memory counted in each: {listed}"


def _require_all_running(graph: Supervisor) -> None:
    if ended := graph.ended():
        raise GpssError(f"the graph ended early: {', '.join(ended)}; its output says why")


def _settled(listener: ReplayListener) -> bool:
    """Tell whether everything grouped was handled, and nothing can still be on its way."""
    counts = listener.record.counts
    handled = sum(counts.get(name, 0) for name in ("processed", "unusable", "expired", "replaced"))
    return listener.reports_since_end >= _REPORTS_TO_SETTLE and handled == counts.get("sets", 0)
