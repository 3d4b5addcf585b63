"""gpss faults: everything that may go wrong, done to a running graph; what safety makes of it."""

import argparse
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from gpss_pose_ros.commands.fault_campaign import Campaign
from gpss_pose_ros.errors import ConfigurationError, GpssError, unknown_choice
from gpss_pose_ros.evaluation.fault import Bench, Fault
from gpss_pose_ros.evaluation.fault_figures import Outcome, fault_figures, fault_table
from gpss_pose_ros.evaluation.fault_footage import render_site
from gpss_pose_ros.evaluation.fault_site import site_text
from gpss_pose_ros.evaluation.fault_table import FAULTS
from gpss_pose_ros.nodes import (
    fault_camera_actions,
    fault_person_actions,
    fault_robot_actions,
    fault_site_actions,
)
from gpss_pose_ros.nodes.fault_actions import Action
from gpss_pose_ros.nodes.fault_bench import FaultBench, gate_node
from gpss_pose_ros.nodes.fault_image_actions import image_actions
from gpss_pose_ros.nodes.fault_images import ImageLoop, image_streams, pose_node
from gpss_pose_ros.nodes.fault_inputs import Inputs, command_streams, input_streams
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.supervisor import use_own_domain

_NAMES = [fault.name for fault in FAULTS]
_ACTIONS = {
    **fault_person_actions.ACTIONS,
    **fault_camera_actions.ACTIONS,
    **fault_robot_actions.ACTIONS,
    **fault_site_actions.ACTIONS,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "faults: " + ", ".join(_NAMES)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these faults")
    parser.add_argument(
        "--repeat", type=int, default=5, metavar="N", help="of each fault (default: %(default)s)"
    )
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--table", type=Path, metavar="FILE.md", help="write the table here")


def run(options: argparse.Namespace) -> int:
    """Inject, watch, report; 1 when a fault was not noticed or left a robot free."""
    faults = _chosen(options.only)
    if options.repeat < 1:
        raise ConfigurationError(f"--repeat must be 1 or more, got {options.repeat}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end the nodes then, too
    outcomes: list[Outcome] = []
    use_own_domain()
    try:
        for group in _groups(faults):
            outcomes += _inject(group, options.repeat)
    except (GpssError, KeyboardInterrupt):
        if outcomes:
            print(f"\n{fault_table(outcomes)}\n\nended early: this is not everything")
        raise
    return _report(options, outcomes)


def _inject(group: Sequence[Fault], repeats: int) -> Iterator[Outcome]:
    """Yield what comes of faults that share a graph."""
    with (
        tempfile.TemporaryDirectory() as folder,
        inject_into(group[0].bench, Path(folder), repeats) as campaign,
        tqdm(total=len(group) * repeats, unit="run") as bar,
    ):
        yield from campaign.run(group, bar)


def _chosen(names: Sequence[str]) -> list[Fault]:
    """Return the faults of these names, in the order of the table; all for none."""
    for name in names:
        if name not in _NAMES:
            raise ConfigurationError(unknown_choice("fault", name, _NAMES))
    return [fault for fault in FAULTS if not names or fault.name in names]


def _groups(faults: Sequence[Fault]) -> Iterator[list[Fault]]:
    """Yield the faults that share a graph."""
    for benches in ((Bench.INPUTS, Bench.START), (Bench.GATE,), (Bench.CLOCK,), (Bench.IMAGES,)):
        group = [fault for fault in faults if fault.bench in benches]
        if group:
            yield group


@contextmanager
def inject_into(kind: Bench, folder: Path, repeats: int) -> Iterator[Campaign]:
    """Start the graph in which faults of a kind are injected; its site's file is in `folder`."""
    site_file = folder / "zones.yaml"
    site_file.write_text(site_text())
    bench, actions = _bench(kind, site_file)
    with bench:
        bench.start_safety()
        yield Campaign(bench, actions, repeats)


def _bench(kind: Bench, site_file: Path) -> tuple[FaultBench, Mapping[str, Action]]:
    """Return the graph of a kind, and how to inject faults into it by name."""
    inputs = Inputs()
    if kind is Bench.IMAGES:
        loop = ImageLoop(render_site(fault_camera_actions.CAMERA), inputs)
        bench = FaultBench(
            site_file, inputs, lambda node: image_streams(node, inputs, loop), (pose_node(),)
        )
        return bench, image_actions(loop)
    if kind is Bench.GATE:
        return FaultBench(
            site_file,
            inputs,
            lambda node: {**input_streams(node, inputs), **command_streams(node)},
            (gate_node(site_file),),
        ), _ACTIONS
    clock = kind is Bench.CLOCK
    return FaultBench(
        site_file, inputs, lambda node: input_streams(node, inputs, clock), clock=clock
    ), _ACTIONS


def _report(options: argparse.Namespace, outcomes: Sequence[Outcome]) -> int:
    """Print and write what was found; return the exit code."""
    report = Report("faults", fault_figures(outcomes))
    table = fault_table(outcomes)
    print(f"\n{table}\n\n{report.table()}")
    if options.table:
        options.table.write_text(table + "\n")
    if options.report:
        report.save(options.report)
        print(f"report: {options.report}")
    return int(any(not o.detected or o.fail_open for o in outcomes))
