"""The truth between two pictures of it: what safety says is true of other instants than those."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gpss_pose_ros.evaluation.safety_record import TrueBody, TrueScene
from gpss_pose_ros.safety.values import Robot

WIDEST_GAP_S = 0.5  # between two pictures; farther apart nobody knows what was true


class Truth:
    """The scenes of a run in order of time; straight paths between them.

    Args:
        scenes: in any order, of distinct stamps.
    """

    def __init__(self, scenes: Sequence[TrueScene]) -> None:
        self._scenes = sorted(scenes, key=lambda scene: scene.stamp_ns)
        self._stamps = [scene.stamp_ns for scene in self._scenes]

    def at(self, stamp_ns: int) -> TrueScene | None:
        """Return who was where; None before the first scene, after the last, or in a wide gap.

        Somebody, or a robot, that is in one of the two scenes only is left out.
        """
        after = bisect_right(self._stamps, stamp_ns)
        if not 0 < after < len(self._scenes):
            return None
        first, last = self._scenes[after - 1], self._scenes[after]
        gap_s = (last.stamp_ns - first.stamp_ns) / 1e9
        if gap_s > WIDEST_GAP_S:
            return None
        share = (stamp_ns - first.stamp_ns) / (last.stamp_ns - first.stamp_ns)
        bodies = {body.person_id: body for body in last.bodies}
        robots = {robot.robot_id: robot for robot in last.robots}
        return TrueScene(
            stamp_ns,
            tuple(
                _body_between(body, bodies[body.person_id], share, gap_s)
                for body in first.bodies
                if body.person_id in bodies
            ),
            tuple(
                _robot_between(robot, robots[robot.robot_id], share, stamp_ns)
                for robot in first.robots
                if robot.robot_id in robots
            ),
        )


def _body_between(first: TrueBody, last: TrueBody, share: float, gap_s: float) -> TrueBody:
    walked_m = float(np.hypot(*(last.position_m - first.position_m)))
    return TrueBody(
        first.person_id,
        first.feet_m + share * (last.feet_m - first.feet_m),
        first.trunk_m + share * (last.trunk_m - first.trunk_m),
        walked_m / gap_s,
    )


def _robot_between(first: Robot, last: Robot, share: float, stamp_ns: int) -> Robot:
    turned = math.remainder(last.yaw_rad - first.yaw_rad, math.tau)
    return replace(
        first,
        position_m=first.position_m + share * (last.position_m - first.position_m),
        yaw_rad=first.yaw_rad + share * turned,
        velocity_mps=first.velocity_mps + share * (last.velocity_mps - first.velocity_mps),
        turn_rate_radps=first.turn_rate_radps
        + share * (last.turn_rate_radps - first.turn_rate_radps),
        captured_ns=stamp_ns,
    )
