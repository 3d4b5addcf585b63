"""gpss replay DIR: run the main job on recorded footage, and measure it."""

import argparse
import signal
from pathlib import Path

from gpss_pose_ros.arguments import with_defaults
from gpss_pose_ros.bringup import describe_graph
from gpss_pose_ros.commands.live import (
    age_words,
    camera_words,
    follow,
    memory_line,
    wait_until_heard,
)
from gpss_pose_ros.evaluation.ankles import AnkleErrors, ankle_errors, read_reference
from gpss_pose_ros.evaluation.floor_plot import save_floor_plot
from gpss_pose_ros.evaluation.replay_figures import (
    ankle_lines,
    fate_lines,
    replay_figures,
    stage_table,
)
from gpss_pose_ros.evaluation.reprojection import reprojection_errors_px
from gpss_pose_ros.fusion.observe import ObservationSettings
from gpss_pose_ros.msg import PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.homes import prefixes_of, share_directory
from gpss_pose_ros.nodes.listener import ReplayListener
from gpss_pose_ros.recordings.recording import Recording, load_recording
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.supervisor import Supervisor, use_own_domain


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
        wait_until_heard(listener, graph)
        graph.start(cameras)  # not before we hear the pipeline, or its first results go unheard
        follow(listener, graph, lambda: _summary(listener, recording))
    _report(options, recording, listener)
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


def _summary(listener: ReplayListener, recording: Recording) -> str:
    return (
        f"sets {listener.published}/{recording.frames}"
        f"  processed {len(listener.record.results)}  age {age_words(listener)}"
        f"  cameras {camera_words(listener.latest)}  people {_people(listener.latest)}"
    )


def _people(message: PersonPoseArray | None) -> str:
    if message is None or not message.persons:
        return "-"
    return "  ".join(
        f"#{p.track_id} ({p.position.x:.2f}, {p.position.y:.2f}) m"
        + (" held" if p.status == PersonPose.HELD else "")
        for p in message.persons
    )


def _report(options: argparse.Namespace, recording: Recording, listener: ReplayListener) -> None:
    record = listener.record
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
    print(memory_line(listener))
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
