"""The whole of safety in the demo hall, with a perception that is late and noisy, or even wrong."""

import math
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.evaluation.safety_figures import safety_figures
from gpss_pose_ros.evaluation.safety_judgement import judge_run
from gpss_pose_ros.evaluation.safety_record import SaidInstant, SeenFloor, TrueBody, TrueScene
from gpss_pose_ros.evaluation.safety_truth import Truth
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.values import CameraReport, Person, PersonsReport, Robot
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.site import site_of
from gpss_pose_ros.simulation.world_file import load_world
from gpss_pose_ros.types import CameraState

WORLD = load_world(Path(__file__).resolve().parents[3] / "config" / "worlds" / "demo.yaml")
SITE = site_of(WORLD)
DRIVES = [Drive(plan) for plan in WORLD.robots]
RATE_HZ, EVERY, SECONDS = 20, 2, 12  # cycles a second, cycles between pictures
LATE_NS, SIGMA_M = 300_000_000, 0.03
START_NS = 10**12
WALKS = {1: ((-4.8, 0.0), (-1.5, 0.0)), 3: ((-3.5, -3.5), (-1.5, -3.5))}
WALKING_MPS = 1.3
HALF_STANCE_M = np.array([[0.0, 0.1], [0.0, -0.1]])
FAR_FROM_ROBOTS = {3: WALKS[3]}


def body(person_id, t_s):
    """Somebody who walks to and fro."""
    start, end = (np.array(place) for place in WALKS[person_id])
    length = np.hypot(*(end - start))
    there = abs((t_s * WALKING_MPS / length + 1.0) % 2.0 - 1.0)
    place = start + there * (end - start)
    return TrueBody(person_id, place + HALF_STANCE_M, place + 1.5 * HALF_STANCE_M)


def machine(drive, entry, t_s, now_ns):
    here, ahead = drive.state(t_s), drive.state(t_s + 0.05)
    heading = np.array([math.cos(here.yaw_rad), math.sin(here.yaw_rad)])
    turned = math.remainder(ahead.yaw_rad - here.yaw_rad, math.tau)
    return Robot(
        here.name,
        entry.profile,
        np.array([here.x_m, here.y_m]),
        here.yaw_rad,
        here.v_mps * heading,
        turned / 0.05,
        0.0,
        now_ns,
    )


def seen(body, now_ns, rng):
    points = np.vstack([body.points_m, body.position_m])
    noisy = points + rng.normal(0.0, SIGMA_M, points.shape)
    return Person(body.person_id, False, noisy, SIGMA_M, WALKING_MPS, True, now_ns)


def report(number, captured_ns, persons):
    cameras = {name: CameraReport(CameraState.OK, captured_ns) for name in SITE.cameras}
    late_s = LATE_NS / 1e9
    return PersonsReport(number, captured_ns, captured_ns, -late_s, cameras, tuple(persons))


def floor_of(coverage):
    return SeenFloor(coverage.grid.low_m, coverage.grid.resolution_m, coverage.seen_by > 0)


def run(perceived, walks=WALKS):
    """Return the figures of a run whose reports hold what `perceived` makes of the right ones."""
    rng = np.random.default_rng(5)
    monitor = Monitor(SITE, "hash")
    said, scenes, reports = [], [], []
    for cycle in range(SECONDS * RATE_HZ):
        t_s, now_ns = cycle / RATE_HZ, START_NS + cycle * 1_000_000_000 // RATE_HZ
        if cycle % EVERY == 0:
            bodies = tuple(body(person_id, t_s) for person_id in walks)
            robots = tuple(
                machine(drive, entry, t_s, now_ns)
                for drive, entry in zip(DRIVES, SITE.robots, strict=True)
            )
            scenes.append(TrueScene(now_ns, bodies, robots))
            for robot in robots:
                monitor.robot(robot, now_ns)
            for camera in WORLD.cameras:
                monitor.camera(camera, now_ns)
            reports.append((now_ns, perceived([seen(b, now_ns, rng) for b in bodies])))
        while reports and reports[0][0] + LATE_NS <= now_ns:
            captured_ns, persons = reports.pop(0)
            monitor.persons(report(captured_ns // 100_000_000, captured_ns, persons), now_ns)
        told = monitor.tick(now_ns)
        said.append(
            SaidInstant(now_ns, told.robots, told.zones, floor_of(monitor.coverage), told.causes)
        )
    judged = judge_run(said, Truth(scenes), SITE)
    return {figure.name: figure.value for figure in safety_figures(judged)}


@pytest.fixture(scope="module")
def honest():
    return run(lambda persons: persons)


def test_with_everybody_reported_nobody_is_ever_unguarded_or_missed(honest):
    assert honest["person_seconds_in_zones"] > 1.5
    assert honest["uncovered_person_seconds"] == 0.0
    assert honest["missed_person_rate"] == honest["longest_blind_gap_s"] == 0.0
    assert 0.0 < honest["missed_person_rate_high_95"] < 0.6  # it was a short look


def test_robots_may_drive_while_nobody_is_near(honest):
    assert 0.1 < honest["stop_fraction"] < 0.95
    assert honest["unknown_fraction"] < 0.1
    assert honest["stops_by_persons_per_hour"] > 0.0


def test_somebody_who_is_never_reported_is_unguarded_and_missed():
    figures = run(lambda persons: [person for person in persons if person.track_id != 1])
    assert figures["uncovered_person_seconds"] > 1.0
    assert figures["missed_person_rate"] > 0.2
    assert figures["longest_blind_gap_s"] > 5.0


def test_somebody_who_is_not_there_stops_robots_for_nothing():
    def haunted(persons):
        place = np.array([[3.0, 0.0]])
        ghost = Person(99, False, place, SIGMA_M, 0.0, True, persons[0].captured_ns)
        return [*persons, ghost]

    assert run(lambda persons: persons, FAR_FROM_ROBOTS)["nuisance_stops_per_hour"] == 0.0
    assert run(haunted, FAR_FROM_ROBOTS)["nuisance_stops_per_hour"] > 0.0
