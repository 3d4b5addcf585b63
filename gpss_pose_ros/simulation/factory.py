"""The simulated factory: everything in it, and every picture of it, as a function of time."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.body import Body, load_bodies
from gpss_pose_ros.simulation.model import Member
from gpss_pose_ros.simulation.motion.plan import Plan
from gpss_pose_ros.simulation.outfit import random_outfit
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.scene import Scene
from gpss_pose_ros.simulation.state import FactoryState, PersonState, View
from gpss_pose_ros.simulation.truth import PersonTruth
from gpss_pose_ros.simulation.walkable import walkable_floor
from gpss_pose_ros.simulation.world import World

_AHEAD_S = 30.0


class Factory:
    """A world that lives: one world and seed give the same state and the same pixels every time.

    Use it in the thread that built it: OpenGL demands that.

    Args:
        world: what there is.
        shadows: lamps cast shadows; slow.

    Raises:
        InputError: the world names a body that does not exist.
        SetupError: this machine has no OpenGL.
    """

    def __init__(self, world: World, shadows: bool = False) -> None:
        self.world = world
        self.cameras = {camera.camera_id: camera for camera in world.cameras}
        self._drives = [Drive(plan) for plan in world.robots]
        rng = np.random.default_rng([world.seed, 2])
        bodies = _drawn_bodies(world, rng)
        cast = [Member(body, random_outfit(rng)) for body in bodies]
        floor = walkable_floor(world, self._drives)
        self._plan = Plan(bodies, floor, world.people, rng)
        self._scene = Scene(world, cast, shadows)
        self._state: tuple[float, FactoryState] | None = None
        self._shown: FactoryState | None = None

    def state(self, t_s: float) -> FactoryState:
        """Return where everybody is at `t_s`, in [s] from the start; that has no end."""
        if self._state is None or self._state[0] != t_s:
            self._state = t_s, self._state_at(t_s)
        return self._state[1]

    def plan_ahead(self, t_s: float) -> None:
        """Plan one more errand if there is little left beyond `t_s`; for idle moments.

        It takes some 10 ms, and saves `state` from having to do it. It changes no state.
        """
        if self._plan.planned_s < t_s + _AHEAD_S:
            self._plan.extend()

    def render(self, camera_id: str, t_s: float) -> View:
        """Return what a camera sees at `t_s`.

        Raises:
            InputError: there is no such camera.
        """
        camera = self._camera(camera_id)
        self._show(self.state(t_s))
        return self._scene.render(camera)

    def truth(self, camera_id: str, view: View, state: FactoryState) -> tuple[PersonTruth, ...]:
        """Return what of each of a state's persons shows in a camera's view of it."""
        camera = self._camera(camera_id)
        self._show(state)
        return self._scene.truths(state.persons, camera, view)

    def close(self) -> None:
        """Free the graphics memory."""
        self._scene.close()

    def _state_at(self, t_s: float) -> FactoryState:
        self._plan.reach(t_s)
        scripts = self._plan.scripts
        persons = tuple(
            PersonState.of(i, script.body, script.pose(t_s)) for i, script in enumerate(scripts)
        )
        robots = tuple(drive.state(t_s) for drive in self._drives)
        props = tuple(prop for script in scripts for prop in script.props(t_s))
        return FactoryState(persons, robots, props)

    def _show(self, state: FactoryState) -> None:
        if state is not self._shown:
            self._scene.show(state.persons, state.robots, state.props)
            self._shown = state

    def _camera(self, camera_id: str) -> Camera:
        if camera_id not in self.cameras:
            raise InputError(unknown_choice("camera", camera_id, self.cameras))
        return self.cameras[camera_id]


def _drawn_bodies(world: World, rng: np.random.Generator) -> Sequence[Body]:
    """Return the bodies of a world's people: no one twice before everyone is there once."""
    every = {body.name: body for body in load_bodies()}
    names = list(world.bodies or every)
    for name in names:
        if name not in every:
            raise InputError(unknown_choice("body", name, every))
    order = [
        str(name) for _ in range(-(-world.people // len(names))) for name in rng.permutation(names)
    ]
    return [every[name] for name in order[: world.people]]
