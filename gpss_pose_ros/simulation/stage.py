"""Puts people, robots and props of a MuJoCo model in place, and says how much room they take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.model import PROPS
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.opengl import mujoco
from gpss_pose_ros.simulation.state import PersonState, RobotState
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import FloatArray

_SHOWN, _HIDDEN = 0, 5
"""Groups of geoms and skins: MuJoCo draws group 0 and not group 5."""
_FLESH_M = 0.3
_TALLEST_ROBOT_M = 2.0
_CORNERS = np.array([(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])


@dataclass(frozen=True, eq=False)
class Placed:
    """Something that is shown.

    Attributes:
        corners_m: (8, 3) of a box around it, factory frame.
        geoms: its solids.
        skins: its skins.
    """

    corners_m: FloatArray
    geoms: npt.NDArray[np.int64]
    skins: tuple[int, ...] = ()


class Stage:
    """The mocap bodies of a model that `build_model` made."""

    def __init__(self, model: mujoco.MjModel, world: World, members: int) -> None:
        self.model, self.data = model, mujoco.MjData(model)
        self._unit_size, self._unit_pos = model.geom_size.copy(), model.geom_pos.copy()
        self._bones = [[self._mocap(f"{i}/{bone}") for bone in BONES] for i in range(members)]
        self._robots = {r.name: (r, self._mocap(f"robot/{r.name}")) for r in world.robots}
        mujoco.mj_forward(model, self.data)
        self._geoms = [
            np.flatnonzero(model.body_mocapid[model.geom_bodyid] == m) for m in range(model.nmocap)
        ]
        self._moving = model.geom_bodyid > 0

    def place(
        self,
        persons: Sequence[PersonState],
        robots: Sequence[RobotState],
        props: Sequence[Prop],
    ) -> tuple[Placed, ...]:
        """Put everything in place and return it; it is drawn once it is revealed.

        Raises:
            InputError: a person or robot is not of this scene, or there are too many props.
        """
        placed = [self._place_person(person) for person in persons]
        placed += [self._place_robot(robot) for robot in robots]
        for kind in PROPS:
            visible = [prop for prop in props if prop.kind == kind and prop.visible]
            if len(visible) > len(self._bones):
                raise InputError(
                    f"a scene with a cast of {len(self._bones)} has as many props of kind {kind}, "
                    f"got {len(visible)}"
                )
            placed += [self._place_prop(f"{kind}/{i}", prop) for i, prop in enumerate(visible)]
        mujoco.mj_kinematics(self.model, self.data)
        mujoco.mj_camlight(self.model, self.data)
        return tuple(placed)

    def reveal(self, things: Iterable[Placed]) -> None:
        """Draw these things and nothing else of what can move."""
        self.model.skin_group[:] = _HIDDEN
        self.model.geom_group[self._moving] = _HIDDEN
        for thing in things:
            self.model.geom_group[thing.geoms] = _SHOWN
            self.model.skin_group[list(thing.skins)] = _SHOWN

    def _place_person(self, person: PersonState) -> Placed:
        if not 0 <= person.person_id < len(self._bones):
            raise InputError(
                f"person {person.person_id} is not of the cast of {len(self._bones)} in this scene"
            )
        bones = self._bones[person.person_id]
        self.data.mocap_pos[bones] = person.transforms[:, :3, 3]
        self.data.mocap_quat[bones] = quaternions(person.transforms[:, :3, :3])
        low = person.keypoints_m.min(axis=0) - _FLESH_M
        high = person.keypoints_m.max(axis=0) + _FLESH_M
        head = self._geoms[bones[BONES.index("head")]]
        return Placed(low + _CORNERS * (high - low), head, (person.person_id,))

    def _place_robot(self, robot: RobotState) -> Placed:
        if robot.name not in self._robots:
            raise InputError(f"no robot {robot.name!r} here; there are: {', '.join(self._robots)}")
        plan, mocap = self._robots[robot.name]
        half, c, s = robot.yaw_rad / 2, np.cos(robot.yaw_rad), np.sin(robot.yaw_rad)
        self.data.mocap_pos[mocap] = robot.x_m, robot.y_m, 0.0
        self.data.mocap_quat[mocap] = np.cos(half), 0.0, 0.0, np.sin(half)
        size = np.array([*plan.footprint_m, _TALLEST_ROBOT_M])
        corners = (_CORNERS - (0.5, 0.5, 0.0)) * (1.1 * size)
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        return Placed(corners @ turn.T + (robot.x_m, robot.y_m, 0.0), self._geoms[mocap])

    def _place_prop(self, name: str, prop: Prop) -> Placed:
        """Put a prop in place, stretched from the unit cube it was built in."""
        mocap = self._mocap(name)
        rotation, position = prop.factory_from_prop[:3, :3], prop.factory_from_prop[:3, 3]
        self.data.mocap_pos[mocap] = position
        self.data.mocap_quat[mocap] = quaternions(rotation[None])[0]
        geoms = self._geoms[mocap]
        self.model.geom_size[geoms] = self._unit_size[geoms] * prop.size_m
        self.model.geom_pos[geoms] = self._unit_pos[geoms] * prop.size_m
        corners = 1.5 * (_CORNERS - 0.5) * prop.size_m
        return Placed(corners @ rotation.T + position, geoms)

    def _mocap(self, name: str) -> int:
        return int(self.model.body_mocapid[self.model.body(name).id])


def quaternions(rotations: FloatArray) -> FloatArray:
    """Return unit quaternions (N, 4), w first, of rotation matrices (N, 3, 3)."""
    result = np.empty((len(rotations), 4))
    for quaternion, rotation in zip(result, np.ascontiguousarray(rotations), strict=True):
        mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    return result
