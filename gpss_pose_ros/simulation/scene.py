"""A world that can be looked at by any camera, with its people and robots where one wants them."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.backdrop import Backdrop, view_of
from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.contact_shadow import contact_shadows
from gpss_pose_ros.simulation.headwear import head_cover
from gpss_pose_ros.simulation.lens import Lens
from gpss_pose_ros.simulation.model import Member, build_model
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.opengl import mujoco
from gpss_pose_ros.simulation.rectangle import Rectangle, joined
from gpss_pose_ros.simulation.renderer import BEYOND_M, Drawing, Layer, Renderer
from gpss_pose_ros.simulation.stage import Placed, Stage
from gpss_pose_ros.simulation.state import PersonState, RobotState, View
from gpss_pose_ros.simulation.truth import PersonTruth, persons_truth
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import FloatArray, ImageArray

_POINT_CELL_M = 0.025


class Scene:
    """A world and its cast, compiled once and shown as often as wanted.

    Use it in the thread that built it: OpenGL demands that.

    Args:
        world: hall, obstacles, lamps and robots.
        cast: who may appear; `PersonState.person_id` counts into it.
        shadows: lamps cast shadows. Slow; without, people have a soft shadow about their feet.

    Raises:
        SetupError: this machine has no OpenGL.
    """

    def __init__(self, world: World, cast: Sequence[Member], shadows: bool = False) -> None:
        self.cast = tuple(cast)
        self._model = build_model(world, self.cast, shadows)
        self._stage = Stage(self._model, world, len(self.cast))
        self._covers = [head_cover(member.body, member.outfit) for member in self.cast]
        self._points = [_thinned(member.body.vertices_m) for member in self.cast]
        self._haze = np.random.default_rng([world.seed, 3]).integers(90, 190, dtype=np.uint8)
        self._renderer = Renderer(self._model)
        kinds = mujoco.mjtCatBit
        self._moving = Layer(self._model, kinds.mjCAT_DYNAMIC)
        self._static = Layer(self._model, kinds.mjCAT_STATIC)
        self._static.update(self._stage.data)
        self._all = Layer(self._model, kinds.mjCAT_ALL, shadows=True) if shadows else None
        self._backdrops: WeakKeyDictionary[Camera, Backdrop] = WeakKeyDictionary()
        self._lenses: WeakKeyDictionary[Camera, Lens] = WeakKeyDictionary()
        self._revealed: tuple[Placed, ...] | None = None
        self.show(())

    def show(
        self,
        persons: Sequence[PersonState],
        robots: Sequence[RobotState] = (),
        props: Sequence[Prop] = (),
    ) -> None:
        """Put persons, robots and props in place; whoever is not given is not there.

        Raises:
            InputError: a person or robot is not of this scene, or there are too many props.
        """
        self._placed = self._stage.place(persons, robots, props)
        self._reveal(self._placed)
        self._surfaces_m = {p.person_id: self._surface_of(p) for p in persons}

    def render(self, camera: Camera) -> View:
        """Return what `camera` sees."""
        if self._all is not None:
            self._stage.reveal(self._placed)
            self._all.update(self._stage.data)
            return view_of(self._draw(camera, self._all), self._lens(camera))
        backdrop = self._backdrop(camera)
        pinhole = backdrop.lens.pinhole
        seen = _in_view(self._placed, camera, backdrop.lens)
        self._reveal(tuple(seen))
        places_m = [np.empty((0, 3)), *(thing.shadows_m for thing in seen)]
        shadows = contact_shadows(pinhole, camera.camera_from_factory, np.concatenate(places_m))
        areas = joined(seen.values())
        fronts = self._renderer.draw_parts(self._moving, pinhole, camera.factory_from_camera, areas)
        return backdrop.with_front(areas, fronts, shadows)

    def surface_m(self, person_id: int) -> FloatArray:
        """Return points (S, 3) all over a person that is shown, headwear included, in [m]."""
        return self._surfaces_m[person_id]

    def truth(self, person: PersonState, camera: Camera, view: View) -> PersonTruth:
        """Return what of a person that is shown can be seen in a view of what is shown."""
        return self.truths([person], camera, view)[0]

    def truths(
        self, persons: Sequence[PersonState], camera: Camera, view: View
    ) -> tuple[PersonTruth, ...]:
        """Return what of each of these persons, who are shown, can be seen in a view."""
        surfaces = [self.surface_m(person.person_id) for person in persons]
        return persons_truth(persons, surfaces, camera, view)

    def picture(self, name: str) -> ImageArray:
        """Return the texture "floor" or one of `textures.SURFACES`, (H, W, 3) RGB.

        A surface's six faces are under each other.
        """
        texture = self._model.texture(name)
        height, width = int(texture.height[0]), int(texture.width[0])
        start = int(self._model.tex_adr[texture.id])
        pixels = self._model.tex_data[start : start + height * width * 3]
        return np.array(pixels, np.uint8).reshape(height, width, 3)

    def repaint(self, name: str, picture: ImageArray) -> None:
        """Replace the texture `name` by a picture of the same shape.

        Raises:
            InputError: the shape differs.
        """
        texture = self._model.texture(name)
        if picture.shape != self.picture(name).shape:
            raise InputError(
                f"texture {name} must have shape {self.picture(name).shape}, got {picture.shape}"
            )
        start = int(self._model.tex_adr[texture.id])
        self._model.tex_data[start : start + picture.size] = picture.ravel()
        self._renderer.upload_texture(self._model, texture.id)
        self._backdrops.clear()

    def close(self) -> None:
        """Free the graphics memory."""
        self._renderer.close()

    def _reveal(self, things: tuple[Placed, ...]) -> None:
        """Make the layer of what moves show these things and nothing else."""
        if things != self._revealed:
            self._stage.reveal(things)
            self._moving.update(self._stage.data)
            self._revealed = things

    def _surface_of(self, person: PersonState) -> FloatArray:
        """Return points (S, 3) all over a person, from the layer that was just updated."""
        skin = self._moving.skin_m(person.person_id)[self._points[person.person_id]]
        cover, head = self._covers[person.person_id], person.transforms[BONES.index("head")]
        if cover is None:
            return skin.astype(np.float64)
        worn = cover.vertices_m @ head[:3, :3].T + head[:3, 3]
        return np.concatenate([skin, worn], dtype=np.float64)

    def _draw(self, camera: Camera, layer: Layer) -> Drawing:
        """Return a layer as drawn for a camera, and the haze beyond the hall."""
        pinhole = self._lens(camera).pinhole
        colour, depth = self._renderer.draw(layer, pinhole, camera.factory_from_camera)
        colour[depth >= BEYOND_M] = self._haze
        return colour, depth

    def _backdrop(self, camera: Camera) -> Backdrop:
        """Return what never moves as seen by `camera`, drawn once as long as the camera lives."""
        if camera not in self._backdrops:
            drawing = self._draw(camera, self._static)
            self._backdrops[camera] = Backdrop.of(camera, self._lens(camera), drawing)
        return self._backdrops[camera]

    def _lens(self, camera: Camera) -> Lens:
        if camera not in self._lenses:
            self._lenses[camera] = Lens(camera.model)
        return self._lenses[camera]


def _thinned(vertices_m: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return indices of vertices (V, 3) of which no two are in one cell of a fine grid."""
    cells = np.floor(vertices_m / _POINT_CELL_M).astype(np.int64)
    indices: npt.NDArray[np.int64] = np.unique(cells, axis=0, return_index=True)[1]
    return indices


def _in_view(placed: Sequence[Placed], camera: Camera, lens: Lens) -> dict[Placed, Rectangle]:
    """Return what can show in a camera's drawing, and where."""
    if not placed:
        return {}
    balls = np.concatenate([thing.balls_m for thing in placed])
    middles = camera.camera_from_factory.apply(balls[:, :3])
    counts = [len(thing.balls_m) for thing in placed]
    areas = lens.pinhole.areas_of(middles, balls[:, 3], counts)
    return {
        thing: area
        for thing, area in zip(placed, areas, strict=True)
        if area is not None and lens.shows(area)
    }
