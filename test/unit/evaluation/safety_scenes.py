"""People and robots on a floor, for the tests of what safety is worth."""

import numpy as np

from gpss_pose_ros.evaluation.safety_record import SaidInstant, SeenFloor, TrueBody, TrueScene
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Verdict, Zone

CYCLE_NS = 50_000_000
PROFILE = RobotProfile(
    name="box",
    footprint_m=((-0.5, -0.4), (0.5, -0.4), (0.5, 0.4), (-0.5, 0.4)),
    deceleration_mps2=1.0,
    reaction_s=0.4,
    localisation_sigma_m=0.0,
    largest_speed_mps=2.0,
)
FLOOR = SeenFloor((-10.0, -10.0), 0.5, np.ones((40, 40), dtype=bool))
NOWHERE = SeenFloor((-10.0, -10.0), 0.5, np.zeros((40, 40), dtype=bool))


def body(x_m=0.0, y_m=0.0, person_id=1, speed_mps=0.0):
    """Somebody who stands on a point, and is as slim as one."""
    feet = np.array([[x_m, y_m], [x_m, y_m]])
    return TrueBody(person_id, feet, np.empty((0, 2)), speed_mps)


def robot(x_m=0.0, y_m=0.0, speed_mps=0.0, yaw_rad=0.0, robot_id="atr", profile=PROFILE):
    """A robot that drives straight on."""
    heading = np.array([np.cos(yaw_rad), np.sin(yaw_rad)])
    return Robot(robot_id, profile, np.array([x_m, y_m]), yaw_rad, heading * speed_mps, 0.0, 0.0, 0)


def told(verdict, allowed_mps=0.0, track_ids=(), robot_id="atr"):
    """What a robot was told."""
    return RobotVerdict(robot_id, verdict, "", tuple(track_ids), 0.0, allowed_mps, 0.0, None, 0.0)


def zone(x_m=0.0, y_m=0.0, reach_m=0.85):
    """A zone about a point."""
    return Zone(1, False, np.array([[x_m, y_m]]), reach_m, reach_m + 1.0, 0.0)


def said(stamp_ns, verdicts=None, zones=(), floor=FLOOR, causes=Cause.NONE):
    """What safety said in a cycle."""
    given = (told(Verdict.CLEAR),) if verdicts is None else tuple(verdicts)
    return SaidInstant(stamp_ns, given, tuple(zones), floor, causes)


def standing(bodies, robots, last_ns):
    """Truth of a floor on which nothing moves, every 0.1 s from 0 to at least `last_ns`."""
    return [
        TrueScene(stamp_ns, tuple(bodies), tuple(robots))
        for stamp_ns in range(0, last_ns + 200_000_000, 100_000_000)
    ]
