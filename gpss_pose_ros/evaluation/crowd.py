"""People who walk and work, as keypoints over time: what a fusion is measured on without images.

T instants, P persons, K = 23 keypoints in the order of skeleton "coco17_feet".
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.simulation.body import Body, load_bodies
from gpss_pose_ros.simulation.motion.plan import Plan
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.state import PersonState
from gpss_pose_ros.simulation.walkable import walkable_floor
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import FloatArray, float_array


@dataclass(frozen=True, eq=False)
class Crowd:
    """Where everybody is at every instant, in the factory frame.

    Attributes:
        stamps_ns: (T,) int64.
        keypoints_m: (T, P, 23, 3) in [m].
        soles_m: (T, P, 2, 3) left, right: the middle of the sole's underside, in [m].
    """

    stamps_ns: npt.NDArray[np.int64]
    keypoints_m: FloatArray
    soles_m: FloatArray

    def __post_init__(self) -> None:
        instants = len(self.stamps_ns)
        keypoints = float_array(self.keypoints_m, "keypoints_m", (instants, None, None, 3))
        soles = float_array(self.soles_m, "soles_m", (instants, keypoints.shape[1], 2, 3))
        object.__setattr__(self, "keypoints_m", keypoints)
        object.__setattr__(self, "soles_m", soles)

    def __len__(self) -> int:
        return len(self.stamps_ns)


def planned_crowd(world: World, times_s: Iterable[float]) -> Crowd:
    """Return the people of a simulated world on their errands; needs no graphics.

    Args:
        world: its seed settles everything; its people need not be those of the rendered factory.
        times_s: ascending instants, in [s] from the start.
    """
    rng = np.random.default_rng([world.seed, 2])
    plan = Plan(
        _bodies(world), walkable_floor(world, [Drive(r) for r in world.robots]), world.people, rng
    )
    stamps, keypoints, soles = [], [], []
    for t_s in times_s:
        plan.reach(t_s)
        states = [PersonState.of(i, s.body, s.pose(t_s)) for i, s in enumerate(plan.scripts)]
        stamps.append(round((1.0 + t_s) * 1e9))
        keypoints.append([state.keypoints_m for state in states])
        soles.append([state.soles_m for state in states])
    shape = len(stamps), world.people
    return Crowd(
        np.array(stamps, dtype=np.int64),
        np.reshape(keypoints, (*shape, -1, 3)),
        np.reshape(soles, (*shape, 2, 3)),
    )


def _bodies(world: World) -> list[Body]:
    bodies = load_bodies()
    return [body for body in bodies if not world.bodies or body.name in world.bodies]
