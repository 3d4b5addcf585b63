"""gpss bench transport: how many camera images arrive, and how late."""

import argparse
import os

import numpy as np

from gpss_pose_ros.bringup import PACKAGE, PROFILE_VARIABLES, NodeSpec
from gpss_pose_ros.nodes.homes import prefixes_of
from gpss_pose_ros.nodes.transport_meter import measure_arrivals
from gpss_pose_ros.reporting import Figure, Report
from gpss_pose_ros.supervisor import Supervisor, use_own_domain

SUMMARY = "four 720p cameras at 15 Hz from one process to another"

_CAMERAS = ("cam_01", "cam_02", "cam_03", "cam_04")
_START_TIMEOUT_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--images", type=int, default=150, help="per camera (%(default)s)")
    parser.add_argument(
        "--default-transport",
        action="store_true",
        help="measure the middleware's own default instead of our profile, to compare",
    )


def measure(options: argparse.Namespace) -> Report:
    """Send, receive, count."""
    source = NodeSpec(
        PACKAGE,
        "test_pattern_node",
        "test_pattern_node",
        parameters=(("cameras", list(_CAMERAS)), ("images", options.images)),
    )
    use_own_domain()
    if options.default_transport:
        for name in PROFILE_VARIABLES:
            os.environ.pop(name, None)
    topics = [f"/{camera}/image_raw" for camera in _CAMERAS]
    with Supervisor((source,), prefixes_of((source,))):
        latencies_ms = measure_arrivals(topics, options.images, _START_TIMEOUT_S)
    sent = options.images * len(_CAMERAS)
    p50, p95 = np.quantile(latencies_ms, [0.5, 0.95]) if latencies_ms else (None, None)
    return Report(
        "bench transport",
        (
            Figure("delivered_fraction", len(latencies_ms) / sent, "1", at_least=0.995),
            Figure("latency_ms_p50", p50, "ms"),
            Figure("latency_ms_p95", p95, "ms"),
        ),
    )
