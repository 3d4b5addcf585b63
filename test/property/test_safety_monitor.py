"""Whatever arrives, and in whatever order: no robot goes without fresh and sound input."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import SITE
from gpss_pose_ros.safety.settings import LATCHING
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.types import CameraState

from ..unit.safety.monitor.plant import SETTINGS, started

SECOND = 1_000_000_000
CLEAR_AFTER_NS = SETTINGS.clear_after_s * SECOND

BAD_REPORTS = {
    "repeated": lambda r: replace(r, sequence=r.sequence - 1),
    "lost": lambda r: replace(r, sequence=r.sequence + 2),
    "future": lambda r: replace(r, ahead_s=float("nan")),
    "back": lambda r: replace(r, stamp_ns=0),
    "no camera": lambda r: replace(r, cameras={}),
    "twice": lambda r: replace(r, persons=r.persons * 2),
}
CAMERA_STATES = {
    f"{name} {state.name}": (name, state) for name in ("west", "east") for state in CameraState
}
ACTIONS = (
    ["well"] * 6
    + ["silence", "heartbeat", "left silent", "right silent", "overrun", "second", "reset"]
    + [*BAD_REPORTS, *CAMERA_STATES]
)


def perform(plant, action):
    """Do one thing; return whether it must stop everything at once."""
    plant.change, plant.silent = lambda report: report, set()
    if action in BAD_REPORTS:
        plant.change = BAD_REPORTS[action]
    elif action in CAMERA_STATES:
        name, state = CAMERA_STATES[action]

        def changed(report):
            camera = replace(report.cameras[name], state=state)
            return replace(report, cameras={**report.cameras, name: camera})

        plant.change = changed
    elif action == "silence":
        plant.change = lambda report: None
    elif action == "heartbeat":
        plant.change = plant.heartbeat
    elif action.endswith("silent"):
        plant.silent = {action.split()[0]}
    elif action == "overrun":
        plant.now_ns += SECOND // 5
    elif action == "second":
        plant.monitor.fault(Cause.SECOND_PUBLISHER, "/gpss/persons", "2 publishers")
        plant.monitor.no_fault(Cause.SECOND_PUBLISHER, "/gpss/persons")
    elif action == "reset":
        plant.monitor.reset(plant.now_ns)
    return action in BAD_REPORTS or action in ("overrun", "second")


scripts = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 8)), min_size=1, max_size=6)


def played(script, latch):
    """Yield the plant after every cycle, with what was done and whether it stops everything."""
    plant = started(monitor={"latch": latch})
    plant.people = [(0.0, 1.2)]
    for action, cycles in script:
        for _ in range(cycles):
            stops = perform(plant, action)
            plant.cycle()
            yield plant, action, stops


def going(plant):
    return [robot for robot in plant.last.robots if robot.verdict < Verdict.UNKNOWN]


@settings(derandomize=True, deadline=None, max_examples=25)
@given(scripts, st.sampled_from([Cause.NONE, LATCHING]))
def test_no_robot_goes_after_anything_wrong_or_without_fresh_input(script, latch):
    wrong_ns = heard_ns = shown_ns = None
    spoke_ns = {}
    for plant, action, stops in played(script, latch):
        now_ns = plant.now_ns
        wrong_ns = now_ns if stops else wrong_ns
        if not (stops and action in BAD_REPORTS) and action != "silence":
            heard_ns = now_ns
            shown_ns = shown_ns if action == "heartbeat" else now_ns - 2 * SECOND // 10
        for name in {"left", "right"} - plant.silent:
            spoke_ns[name] = now_ns
        for robot in going(plant):
            assert wrong_ns is None or now_ns - wrong_ns >= CLEAR_AFTER_NS
            assert heard_ns is None or now_ns - heard_ns <= 0.5 * SECOND
            assert shown_ns is None or now_ns - shown_ns <= 0.8 * SECOND
            silent_ns = now_ns - spoke_ns.get(robot.robot_id, now_ns)
            assert silent_ns <= 0.5 * SECOND


@settings(derandomize=True, deadline=None, max_examples=25)
@given(scripts)
def test_what_is_latched_stops_everything_until_a_reset(script):
    latched = Cause.NONE
    for plant, action, _ in played(script, LATCHING):
        latched = Cause.NONE if action == "reset" and not plant.last.latched else latched
        assert latched & plant.last.causes == latched
        latched |= plant.last.causes & LATCHING
        assert plant.last.latched is bool(latched)
        assert not (latched and going(plant))


@settings(derandomize=True, deadline=None, max_examples=25)
@given(scripts, st.sampled_from([Cause.NONE, LATCHING]))
def test_reports_are_complete_and_bounded_whatever_happens(script, latch):
    number = None
    for plant, _, _ in played(script, latch):
        report = plant.last
        assert [robot.robot_id for robot in report.robots] == ["left", "right"]
        assert number is None or report.sequence == number + 1
        number = report.sequence
        assert len(set(report.reasons)) == len(report.reasons) <= 3 * len(Cause)
        assert bool(report.causes) == bool(report.reasons)
        assert report.causes & SITE or report.verdict >= max(r.verdict for r in report.robots)
        assert not report.causes & SITE or report.verdict is Verdict.PROTECTIVE_STOP
        assert len(report.zones) <= 1


@settings(derandomize=True, deadline=None, max_examples=10)
@given(scripts)
def test_after_anything_all_goes_again_when_all_is_well_for_a_while_and_reset(script):
    plant, *_ = list(played(script, LATCHING))[-1]
    perform(plant, "well")
    plant.run(0.2)
    assert plant.monitor.reset(plant.now_ns) == ""
    plant.run(0.5)
    assert plant.last.causes == Cause.NONE
    assert [robot.verdict for robot in plant.last.robots] == [Verdict.CLEAR] * 2
