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
_FLESH_M = 0.25
_TALLEST_ROBOT_M = 2.0
_FOOT_SHADOW_M, _ROBOT_SHADOW_M = 0.4, 1.1
_NONE = np.empty((0, 3))
_SQUARE = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
_CORNERS = np.array([(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])


@dataclass(frozen=True, eq=False)
class Placed:
    """Something that is shown, and lies within balls about points and what is between these.

    Attributes:
        balls_m: (N, 4) x, y and z in the factory frame, and radius.
        geoms: its solids.
        skins: its skins.
        shadows_m: (M, 3) x, y and radius of its shadows on the floor.
    """

    balls_m: FloatArray
    geoms: npt.NDArray[np.int64]
    skins: tuple[int, ...]
    shadows_m: FloatArray

    @classmethod
    def at(
        cls,
        points_m: FloatArray,
        radius_m: float,
        geoms: npt.NDArray[np.int64],
        skins: tuple[int, ...] = (),
        shadows_m: FloatArray = _NONE,
    ) -> "Placed":
        """Return something whose points (N, 3) are wrapped in `radius_m` of it."""
        square = shadows_m[:, None, :2] + _SQUARE * shadows_m[:, None, 2:]
        balls = np.zeros((len(points_m) + square.size // 2, 4))
        balls[: len(points_m), :3], balls[: len(points_m), 3] = points_m, radius_m
        balls[len(points_m) :, :2] = square.reshape(-1, 2)
        return cls(balls, geoms, skins, shadows_m)


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
        head = self._geoms[bones[BONES.index("head")]]
        shadows = np.column_stack([person.soles_m[:, :2], np.full(2, _FOOT_SHADOW_M)])
        return Placed.at(person.keypoints_m, _FLESH_M, head, (person.person_id,), shadows)

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
        corners = corners @ turn.T + (robot.x_m, robot.y_m, 0.0)
        shadow = np.array([[robot.x_m, robot.y_m, _ROBOT_SHADOW_M]])
        return Placed.at(corners, 0.0, self._geoms[mocap], shadows_m=shadow)

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
        return Placed.at(corners @ rotation.T + position, 0.0, geoms)

    def _mocap(self, name: str) -> int:
        return int(self.model.body_mocapid[self.model.body(name).id])


def quaternions(rotations: FloatArray) -> FloatArray:
    """Return unit quaternions (N, 4), w first, of rotation matrices (N, 3, 3)."""
    result = np.empty((len(rotations), 4))
    for quaternion, rotation in zip(result, np.ascontiguousarray(rotations), strict=True):
        mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    return result
