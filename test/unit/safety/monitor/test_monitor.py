"""What the monitor says of robots, of its own cycle, and of what only the node can see."""

import math
from dataclasses import replace

import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.fingerprint import calibration_hash
from gpss_pose_ros.safety.settings import Area, Occluder
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.types import CameraState

STOP, UNKNOWN, CLEAR = Verdict.PROTECTIVE_STOP, Verdict.UNKNOWN, Verdict.CLEAR
MS, SECOND = 1_000_000, 1_000_000_000
SITE_WIDE = [
    Cause.SECOND_PUBLISHER,
    Cause.QOS_MISMATCH,
    Cause.CONFIGURATION_CHANGED,
    Cause.CALIBRATION_CHANGED,
    Cause.CAMERA_MOVED,
    Cause.UNPLACED_PERSON,
]


def test_when_all_is_well_robots_are_told_so(running):
    report = running.cycle()
    assert report.verdict is CLEAR
    assert [robot.robot_id for robot in report.robots] == ["left", "right"]
    for robot in report.robots:
        assert (robot.verdict, robot.reason, robot.track_ids) == (CLEAR, "", ())
        assert (robot.distance_m, robot.allowed_speed_mps) == (math.inf, 1.5)
        assert (robot.speed_mps, robot.terms, robot.age_s) == (0.0, None, 0.0)
    assert report.data_age_s == pytest.approx(0.2)
    assert report.configuration_hash == "c0ffee"
    assert report.calibration_hash == calibration_hash(map(running.camera, ["east", "west"]))


@pytest.mark.parametrize("off_ns", [SECOND, -SECOND])
def test_a_clock_that_is_set_stops_everything_at_once_until_somebody_looks(running, off_ns):
    running.clock_off_ns = off_ns
    report = running.cycle()
    assert report.causes == Cause.CLOCK
    assert report.reasons == (f"ROS clock: it jumped by {off_ns / SECOND:+.3f} s",)
    assert running.verdicts() == (STOP, STOP)
    running.run(0.5)  # at the new time
    assert running.last.latched
    assert running.monitor.reset(running.now_ns) == ""
    assert running.cycle().causes == Cause.NONE


def test_a_jump_that_is_not_latched_is_over_in_the_next_cycle_but_one(build):
    plant = build(monitor={"latch": Cause.NONE})
    plant.clock_off_ns = SECOND
    causes = [plant.cycle().causes for _ in range(3)]
    assert causes == [Cause.CLOCK, Cause.CLOCK, Cause.NONE]


def test_every_report_has_its_number(running):
    before = running.last.sequence
    assert [report.sequence for report in running.run(0.3)] == [before + k for k in (1, 2, 3)]


def test_the_first_report_has_number_1(plant):
    assert plant.monitor.tick(plant.now_ns).sequence == 1


def test_somebody_near_a_robot_stops_it_and_no_other(running):
    running.people = [(-2.5, 1.0)]
    report = running.cycle()
    assert report.causes == Cause.PERSON_NEAR
    assert report.reasons == ("left: somebody is nearer than its separation distance",)
    assert running.verdicts() == (STOP, CLEAR)
    assert report.verdict is STOP  # the worst of all
    assert report.robots[0].track_ids == (1,)
    assert report.robots[0].distance_m < 0.0
    assert not report.latched
    assert [zone.track_id for zone in report.zones] == [1]


def test_a_robot_goes_again_a_while_after_the_person_went(running):
    running.people = [(-2.5, 1.0)]
    running.run(0.5)
    running.people = []
    verdicts = [report.robots[0].verdict for report in running.run(0.4)]
    assert verdicts == [STOP, STOP, CLEAR, CLEAR]
    assert running.last.causes == Cause.NONE


def test_a_site_may_latch_whatever_it_wants(build):
    running = build(monitor={"latch": Cause.PERSON_NEAR})
    running.people = [(-2.5, 1.0)]
    running.cycle()
    assert running.verdicts() == (STOP, STOP)
    said = running.monitor.reset(running.now_ns)
    assert said == "left: somebody is nearer than its separation distance"
    running.people = []
    running.run(1.0)
    assert running.last.causes == Cause.PERSON_NEAR
    assert running.last.reasons == (
        "left: somebody is nearer than its separation distance (over; waits for a reset)",
    )
    assert running.last.robots[1].reason == running.last.reasons[0]
    assert running.monitor.reset(running.now_ns) == ""


def test_a_robot_that_falls_silent_is_unknown_and_no_other(running):
    running.silent = {"right"}
    reports = running.run(0.7)
    assert [report.robots[1].verdict for report in reports] == [CLEAR] * 5 + [UNKNOWN] * 2
    assert running.last.causes == Cause.ROBOT_STALE
    robot = running.last.robots[1]
    assert robot.reason == "right: it has not said where it is for 0.70 s"
    assert robot.age_s == pytest.approx(0.7)
    assert math.isnan(robot.distance_m)
    assert math.isnan(robot.speed_mps)
    assert (robot.allowed_speed_mps, robot.track_ids, robot.terms) == (0.0, (), None)
    assert running.verdicts() == (CLEAR, UNKNOWN)
    assert running.last.verdict is UNKNOWN
    running.silent = set()
    running.run(0.3)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_a_robot_is_not_taken_for_a_camera_of_the_same_name(running):
    running.silent = {"right"}
    running.monitor.fault(Cause.CAMERA_NO_TRANSFORM, "right", "none for 3 s")
    running.run(0.7)
    assert running.last.robots[1].reason == "right: it has not said where it is for 0.70 s"


@pytest.mark.parametrize(("late_ns", "stale"), [(0, False), (1, True)])
def test_a_robot_is_stale_after_exactly_its_time(running, late_ns, stale):
    running.silent = {"right"}
    running.run(0.4)
    report = running.monitor.tick(running.now_ns + 100 * MS + late_ns)
    assert bool(report.causes & Cause.ROBOT_STALE) is stale


def test_tf_missing_or_nan_makes_a_robot_unknown_until_it_makes_sense_again(running, robot):
    running.silent = {"right"}
    running.monitor.robot_invalid("right", "no transform to factory", running.now_ns)
    running.cycle()
    assert running.last.causes == Cause.ROBOT_INVALID
    assert running.last.robots[1].reason == "right: no transform to factory"
    assert running.last.robots[1].age_s == pytest.approx(0.1)
    assert running.verdicts() == (CLEAR, UNKNOWN)
    running.cycle()
    assert running.verdicts() == (CLEAR, UNKNOWN)
    running.monitor.robot(robot("right", 2.5, running.now_ns), running.now_ns)
    assert running.cycle().causes == Cause.ROBOT_INVALID  # it was, since the last cycle
    assert running.cycle().causes == Cause.NONE


@pytest.mark.parametrize(("ahead_ns", "wrong"), [(0, False), (1, True)])
def test_a_robot_from_the_future_is_invalid(running, robot, ahead_ns, wrong):
    running.silent = {"right"}
    state = robot("right", 2.5, running.now_ns + ahead_ns)
    running.monitor.robot(state, running.now_ns)
    running.cycle()
    assert running.last.causes == (Cause.ROBOT_INVALID if wrong else Cause.NONE)
    reason = "right: its stamp is in the future" if wrong else ""
    assert running.last.robots[1].reason == reason


def test_a_late_message_does_not_move_a_robot_back(running, robot):
    running.people = [(-2.5, 1.0)]
    running.silent = {"right"}
    running.monitor.robot(robot("right", 2.5, running.now_ns), running.now_ns)
    running.monitor.robot(robot("right", -2.5, running.now_ns - 1), running.now_ns)
    assert running.cycle().robots[1].verdict is CLEAR
    running.monitor.robot(robot("right", -2.5, running.now_ns), running.now_ns)
    assert running.cycle().robots[1].verdict is STOP


def test_robots_the_site_does_not_know_are_refused_by_name(running, robot):
    with pytest.raises(InputError, match="unknown robot 'other'; valid: left, right"):
        running.monitor.robot(robot("other", 0.0, running.now_ns), running.now_ns)
    with pytest.raises(InputError, match="unknown robot 'other'; valid: left, right"):
        running.monitor.robot_invalid("other", "NaN", running.now_ns)


@pytest.mark.parametrize("cause", SITE_WIDE)
def test_second_publisher_qos_mismatch_and_edited_files_stop_everything(build, cause):
    running = build(monitor={"latch": Cause.NONE})
    running.monitor.fault(cause, "/gpss/persons", "something is wrong")
    running.cycle()
    assert running.last.causes == cause
    assert running.last.reasons == ("/gpss/persons: something is wrong",)
    assert [robot.verdict for robot in running.last.robots] == [STOP, STOP]
    for robot in running.last.robots:
        assert robot.reason == "/gpss/persons: something is wrong"
        assert math.isnan(robot.distance_m)
        assert (robot.allowed_speed_mps, robot.speed_mps, robot.age_s) == (0.0, 0.0, 0.0)
    running.monitor.no_fault(cause, "/gpss/persons")
    running.run(0.4)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_latch_no_reset_while_the_fault_holds(running):
    running.monitor.fault(Cause.SECOND_PUBLISHER, "/gpss/persons", "2 publishers")
    running.cycle()
    assert running.last.latched
    assert running.monitor.reset(running.now_ns) == "/gpss/persons: 2 publishers"
    running.monitor.no_fault(Cause.SECOND_PUBLISHER, "/gpss/persons")
    assert running.monitor.reset(running.now_ns) == "/gpss/persons: 2 publishers"
    running.cycle()  # has said it once more
    assert running.monitor.reset(running.now_ns + 50 * MS) == ""
    assert running.cycle().causes == Cause.NONE


def test_a_reset_before_the_first_cycle_is_refused(plant):
    assert plant.monitor.reset(plant.now_ns) == "persons: no report yet"


def test_a_reset_sees_what_is_stale_by_now(running):
    running.monitor.fault(Cause.SECOND_PUBLISHER, "/gpss/persons", "2 publishers")
    running.monitor.no_fault(Cause.SECOND_PUBLISHER, "/gpss/persons")
    running.cycle()
    running.cycle()
    assert "no report" in running.monitor.reset(running.now_ns + SECOND)


def test_a_fault_that_came_and_went_between_two_cycles_is_said_once(build):
    running = build(monitor={"latch": Cause.NONE})
    running.monitor.fault(Cause.QOS_MISMATCH, "/tf", "best effort")
    running.monitor.no_fault(Cause.QOS_MISMATCH, "/tf")
    assert running.cycle().causes == Cause.QOS_MISMATCH
    assert running.cycle().causes == Cause.NONE


def test_the_same_fault_twice_is_one_sentence_and_the_newest(running):
    for seconds in range(5):
        running.monitor.fault(Cause.CAMERA_NO_TRANSFORM, "east", f"none for {seconds} s")
    running.monitor.fault(Cause.CAMERA_UNCALIBRATED, "east", "K is NaN")
    reasons = running.cycle().reasons
    assert reasons[:2] == (
        "right: no live camera sees all the floor it needs until it stands",
        "east: none for 4 s",
    )
    assert reasons[2:] == ("east: K is NaN",)


def test_what_the_node_knows_of_a_calibration_goes_before_what_the_monitor_knows(new):
    plant = new(place=["west"])
    plant.monitor.fault(Cause.CAMERA_UNCALIBRATED, "east", "camera_info is empty")
    plant.cycle()
    assert [reason for reason in plant.last.reasons if reason.startswith("east")] == [
        "east: camera_info is empty"
    ]


def test_calibration_changed_while_running_is_a_fault_until_it_is_as_before(running):
    before = running.last.calibration_hash
    running.monitor.camera(running.camera("east", off_m=0.001), running.now_ns)
    running.cycle()
    assert running.last.causes == Cause.CALIBRATION_CHANGED
    assert running.verdicts() == (STOP, STOP)
    assert running.last.calibration_hash == before  # what is in use
    assert "restart safety" in running.monitor.reset(running.now_ns)
    running.monitor.camera(running.camera("west"), running.now_ns)
    assert "restart safety" in running.monitor.reset(running.now_ns)
    running.monitor.camera(running.camera("east"), running.now_ns)
    running.cycle()
    assert running.monitor.reset(running.now_ns) == ""
    running.run(0.3)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_the_same_calibration_again_is_no_fault(running):
    running.monitor.camera(running.camera("east"), running.now_ns)
    assert running.cycle().causes == Cause.NONE


def test_a_camera_whose_place_is_known_late_is_taken_after_the_start(new):
    plant = new(place=["west"], cameras=["west"])
    plant.run(0.6)
    assert plant.last.causes == Cause.CAMERA_UNCALIBRATED | Cause.UNSEEN_FLOOR
    before = plant.last.calibration_hash
    plant.monitor.camera(plant.camera("east"), plant.now_ns)
    plant.cycle()
    assert plant.last.causes == Cause.NONE
    assert plant.last.calibration_hash != before


def test_coverage_is_of_the_last_cycle(plant):
    assert not plant.monitor.coverage.seen_by.any()
    plant.run(0.1)
    assert plant.monitor.coverage.seen_by.any()


def test_what_a_site_says_of_its_floor_counts(build):
    corners, inside = ((1.0, -0.5), (1.5, -0.5), (1.5, 0.5), (1.0, 0.5)), [[1.3, 0.1]]
    shelf, cage = Occluder("shelf", corners, 1.0), Area("cage", corners)
    assert not build().monitor.coverage.unseen_in(inside)
    assert build(occluders=(shelf,)).monitor.coverage.unseen_in(inside)
    assert not build(occluders=(shelf,), human_free=(cage,)).monitor.coverage.unseen_in(inside)


def test_a_robot_on_floor_nobody_sees_stops(running, change):
    running.change = change("west", state=CameraState.FROZEN)
    running.cycle()
    assert running.last.causes == Cause.CAMERA_FROZEN | Cause.UNSEEN_FLOOR
    assert running.last.reasons[0] == (
        "left: no live camera sees all the floor it needs until it stands"
    )
    assert running.verdicts() == (STOP, CLEAR)


@pytest.mark.parametrize(("late_ns", "overrun"), [(0, False), (1, True)])
def test_executor_hang_is_an_overrun_that_clears_by_itself(running, late_ns, overrun):
    running.now_ns += 150 * MS + late_ns
    report = running.cycle()  # 0.1 s later: 0.25 s after the last
    assert bool(report.causes & Cause.OVERRUN) is overrun
    if overrun:
        assert running.verdicts() == (STOP, STOP)
        assert report.reasons == ("cycle: it came 0.25 s after the last one",)
        assert not report.latched
    assert running.cycle().causes == Cause.NONE
    running.run(0.2)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_an_overrun_latches_where_the_site_wants_it(build):
    running = build(monitor={"latch": Cause.OVERRUN})
    running.now_ns += 300 * MS
    running.run(0.5)
    assert running.last.causes == Cause.OVERRUN
    assert running.verdicts() == (STOP, STOP)
    assert running.monitor.reset(running.now_ns) == ""


def test_a_process_that_was_stopped_for_long_starts_with_everything_stale(running):
    running.now_ns += 10 * SECOND
    report = running.monitor.tick(running.now_ns)
    stale = Cause.PERSONS_STALE | Cause.CAMERA_STALE | Cause.ROBOT_STALE
    assert report.causes == Cause.OVERRUN | stale
    assert [robot.verdict for robot in report.robots] == [STOP, STOP]


def test_node_crash_a_new_monitor_knows_nothing_and_stops(running, new):
    reports = new().run(0.2)
    assert [report.verdict for report in reports] == [STOP, STOP]


@pytest.mark.parametrize(
    "call",
    [
        lambda plant, now_ns: plant.monitor.tick(now_ns),
        lambda plant, now_ns: plant.monitor.reset(now_ns),
        lambda plant, now_ns: plant.monitor.persons(plant.report(), now_ns),
        lambda plant, now_ns: plant.monitor.persons_invalid("NaN", now_ns),
        lambda plant, now_ns: plant.monitor.robot_invalid("left", "NaN", now_ns),
        lambda plant, now_ns: plant.monitor.camera(plant.camera("east"), now_ns),
    ],
    ids=["tick", "reset", "persons", "persons_invalid", "robot_invalid", "camera"],
)
def test_a_steady_clock_that_goes_back_is_an_error_of_the_caller(running, call):
    now_ns = running.now_ns
    call(running, now_ns)
    with pytest.raises(InputError, match=rf"now_ns {now_ns - 1} is before {now_ns}: take the"):
        call(running, now_ns - 1)


def test_a_robot_too_must_not_come_before_what_was(running, robot):
    state = robot("left", -2.5, running.now_ns - 1)
    with pytest.raises(InputError, match="steady clock"):
        running.monitor.robot(state, running.now_ns - 1)


def test_a_site_without_robots_has_a_verdict_of_its_own(build):
    running = build()
    running.monitor = type(running.monitor)(replace(running.site, robots=()), "")
    for name in ("east", "west"):
        running.monitor.camera(running.camera(name), running.now_ns)
    running.silent = {"left", "right"}
    running.run(0.5)
    assert running.last.verdict is CLEAR
    running.change = lambda report: None
    running.run(0.6)
    assert running.last.verdict is STOP
