"""gpss replay DIR: run the main job on recorded footage, and measure it."""

import argparse
import signal
import time
from pathlib import Path

from gpss_pose_ros.bringup import describe_graph, with_defaults
from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.evaluation.ankles import AnkleErrors, ankle_errors, read_reference
from gpss_pose_ros.evaluation.floor_plot import save_floor_plot
from gpss_pose_ros.evaluation.replay_figures import (
    ankle_lines,
    fate_lines,
    replay_figures,
    stage_table,
)
from gpss_pose_ros.evaluation.replay_record import ReplayRecord
from gpss_pose_ros.evaluation.reprojection import reprojection_errors_px
from gpss_pose_ros.fusion.observe import ObservationSettings
from gpss_pose_ros.msg import CameraStatus, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.homes import prefixes_of, share_directory
from gpss_pose_ros.nodes.listener import ReplayListener
from gpss_pose_ros.recordings.recording import Recording, load_recording
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.supervisor import Supervisor, use_own_domain

_START_S = 120.0
_DRAIN_S = 10.0
_SUMMARY_S = 1.0
_POLL_S = 0.1
_REPORTS_TO_SETTLE = 2  # the first may have been on its way already


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("directory", type=Path, help="folder with a calibration and videos")
    parser.add_argument(
        "--rate", type=float, default=0.05, help="speed factor (default: %(default)s)"
    )
    parser.add_argument("--detector", default="", help="person detector (default: as in config)")
    parser.add_argument("--pose-model", default="", help="pose estimator (default: as in config)")
    parser.add_argument("--transport", choices=("raw", "compressed"), default="raw")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE.png", help="the floor (default: beside the report)"
    )


def run(options: argparse.Namespace) -> int:
    """Replay, then report."""
    recording = load_recording(options.directory)
    nodes = describe_graph(_graph_arguments(options), share_directory())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end the nodes then, too
    print(
        f"{len(recording.cameras)} cameras, {recording.frames} sets at {recording.rate_hz:g} Hz,"
        f" replayed at {options.rate:g} x; watch from another terminal:"
        f" ROS_DOMAIN_ID={use_own_domain()} ./gpss echo",
        flush=True,
    )
    cameras, *others = nodes
    with ReplayListener() as listener, Supervisor(others, prefixes_of(nodes)) as graph:
        _wait_until_heard(listener, graph)
        graph.start(cameras)  # not before we hear the pipeline, or its first results go unheard
        _follow(listener, graph, recording)
    _report(options, recording, listener.record)
    return 0


def _graph_arguments(options: argparse.Namespace) -> dict[str, str]:
    return with_defaults(
        {
            "recording": str(options.directory),
            "rate": repr(options.rate),
            "image_transport": options.transport,
            "detector": options.detector,
            "pose_model": options.pose_model,
        }
    )


def _wait_until_heard(listener: ReplayListener, graph: Supervisor) -> None:
    deadline = time.monotonic() + _START_S
    while listener.latest is None:
        _require_all_running(graph)
        if time.monotonic() > deadline:
            raise GpssError(f"nothing on /gpss/persons within {_START_S:.0f} s")
        time.sleep(_POLL_S)


def _require_all_running(graph: Supervisor) -> None:
    if ended := graph.ended():
        raise GpssError(f"the graph ended early: {', '.join(ended)}; its output says why")


def _follow(listener: ReplayListener, graph: Supervisor, recording: Recording) -> None:
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
        print(_summary(listener, recording), flush=True)
        if listener.published == 0 and now - started > _START_S:
            raise GpssError(f"no image set was published within {_START_S:.0f} s")
        if listener.finished:
            finished_at = finished_at or now
            if _settled(listener) or now - finished_at > _DRAIN_S:
                return


def _settled(listener: ReplayListener) -> bool:
    """Tell whether everything grouped was handled, and nothing can still be on its way."""
    counts = listener.record.counts
    handled = sum(counts.get(name, 0) for name in ("processed", "unusable", "expired", "replaced"))
    return listener.reports_since_end >= _REPORTS_TO_SETTLE and handled == counts.get("sets", 0)


def _summary(listener: ReplayListener, recording: Recording) -> str:
    record, message = listener.record, listener.latest
    newest = list(record.results.values())[-1:]  # a copy: the listener's thread adds to it
    age = f"{newest[0].age_ms:.0f} ms" if newest else "-"
    return (
        f"sets {listener.published}/{recording.frames}  processed {len(record.results)}"
        f"  age {age}  cameras {_cameras(message)}  people {_people(message)}"
    )


def _cameras(message: PersonPoseArray | None) -> str:
    if message is None:
        return "starting"
    live = sum(camera.state == CameraStatus.OK for camera in message.cameras)
    return f"{live}/{len(message.cameras)} ok"


def _people(message: PersonPoseArray | None) -> str:
    if message is None or not message.persons:
        return "-"
    return "  ".join(
        f"#{p.track_id} ({p.position.x:.2f}, {p.position.y:.2f}) m"
        + (" held" if p.status == PersonPose.HELD else "")
        for p in message.persons
    )


def _report(options: argparse.Namespace, recording: Recording, record: ReplayRecord) -> None:
    cameras = {c.camera.camera_id: c.camera for c in recording.cameras}
    reference = read_reference(recording.directory)
    height = ObservationSettings().ankle_height_m
    ankles = ankle_errors(record, reference, height) if reference else None
    report = Report(
        "replay", replay_figures(record, reprojection_errors_px(record, cameras), ankles)
    )
    picture = options.picture or (options.report or Path("replay_report.json")).with_suffix(".png")
    save_floor_plot(picture, record, cameras.values(), reference)
    print()
    for line in (*fate_lines(record), "", stage_table(record), "", report.table(), ""):
        print(line)
    if ankles is not None:
        _explain_ankles(ankles)
    memory = ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(record.memory_mb.items()))
    print(f"memory in MB, shared memory counted in each: {memory}")
    print(f"picture of the floor: {picture}")
    if options.report:
        report.save(options.report)
        print(f"report: {options.report}")


def _explain_ankles(ankles: AnkleErrors) -> None:
    print("distance of ankles from the reference, in space:")
    for line in ankle_lines(ankles):
        print(line)
    print(
        "  Floor projection assumes that people stand on the floor. Whoever stands higher, as on\n"
        "  a beam or with a lifted foot, is placed too far from each camera, each in its own\n"
        "  direction. Cameras from all sides cancel much of that along the floor, not in height.\n"
        "  Triangulation assumes nothing of the kind; on a plain floor one camera is enough."
    )
