"""Builds the MuJoCo model of a world and its people: what is drawn, not what is pushed around.

Nothing has mass or touches anything. Bones, robots and props are mocap bodies that `Scene` moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.body import BONES, Body
from gpss_pose_ros.simulation.body_texture import texture
from gpss_pose_ros.simulation.floor_texture import floor_texture
from gpss_pose_ros.simulation.furniture import furniture
from gpss_pose_ros.simulation.headwear import HeadCover, head_cover
from gpss_pose_ros.simulation.opengl import mujoco
from gpss_pose_ros.simulation.outfit import Outfit
from gpss_pose_ros.simulation.parts import Part, add_parts, jitter, shade
from gpss_pose_ros.simulation.robots import robot_parts
from gpss_pose_ros.simulation.textures import SURFACES, surface
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import ImageArray

_OUTSIDE_M = 40.0
SHADOW_MAP_PX = 2048


@dataclass(frozen=True, eq=False)
class Member:
    """One of the cast: a body and what it wears."""

    body: Body
    outfit: Outfit


def build_model(world: World, cast: Sequence[Member], shadows: bool) -> mujoco.MjModel:
    """Return the compiled model of a world with its cast.

    Bodies are named "<person>/<bone>", "robot/<name>", "box/<i>" and "cart/<i>"; skins "<person>".
    """
    spec = mujoco.MjSpec()
    spec.visual.quality.offsamples = 0
    spec.visual.quality.shadowsize = SHADOW_MAP_PX if shadows else 0
    spec.visual.quality.numquads, spec.visual.quality.numstacks = 1, 2  # lamps are far: no use
    spec.visual.headlight.active = 0
    spec.stat.extent, spec.stat.center = max(world.floor_size_m), (0.0, 0.0, 0.0)
    rng = np.random.default_rng([world.seed, 1])
    for name in SURFACES:
        _add_picture(spec, name, surface(name, rng), cube=True)
    _add_hall(spec, world, rng)
    _add_lamps(spec, world, shadows)
    for i, member in enumerate(cast):
        _add_person(spec, str(i), member)
    for robot in world.robots:
        body = spec.worldbody.add_body(name=f"robot/{robot.name}", mocap=True)
        add_parts(body, robot_parts(robot.kind, rng))
    for i in range(len(cast)):
        _add_props(spec, str(i), rng)
    return spec.compile()


def _add_picture(spec: mujoco.MjSpec, name: str, picture: ImageArray, cube: bool) -> None:
    """Add a texture and a material of the same name that shows it."""
    kinds = mujoco.mjtTexture
    texture = spec.add_texture(
        name=name,
        type=kinds.mjTEXTURE_CUBE if cube else kinds.mjTEXTURE_2D,
        width=picture.shape[1],
        height=picture.shape[0],
        nchannel=3,
    )
    texture.data = np.ascontiguousarray(picture).tobytes()
    material = spec.add_material(name=name, specular=0.1, shininess=0.2)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name


def _add_hall(spec: mujoco.MjSpec, world: World, rng: np.random.Generator) -> None:
    """Add floor, what is beyond it, walls and obstacles."""
    width, depth = world.floor_size_m
    plane = mujoco.mjtGeom.mjGEOM_PLANE
    _add_picture(spec, "floor", floor_texture(world, rng), cube=False)
    body = spec.worldbody
    body.add_geom(type=plane, size=(width / 2, depth / 2, 0.1), material="floor")
    grey = rng.uniform(0.2, 0.5)
    body.add_geom(
        type=plane, size=(_OUTSIDE_M, _OUTSIDE_M, 0.1), pos=(0, 0, -0.02), rgba=(grey,) * 3 + (1,)
    )
    if world.walls_m > 0.0:
        colour = jitter((0.72, 0.73, 0.72), 0.12, rng)
        for (x, y), (length, thick) in _wall_plan(width, depth):
            add_parts(
                body,
                [
                    Part(
                        (x, y, world.walls_m / 2), (length, thick, world.walls_m), colour, "metal"
                    ),
                    Part((x, y, 0.6), (length + 0.01, thick + 0.01, 1.2), shade(colour, 0.7)),
                ],
            )
    for obstacle in world.obstacles:
        half = obstacle.yaw_rad / 2
        frame = body.add_frame(
            pos=(obstacle.x_m, obstacle.y_m, 0.0), quat=(np.cos(half), 0, 0, np.sin(half))
        )
        add_parts(body, furniture(obstacle.kind, obstacle.size_m, rng), frame)


def _wall_plan(width: float, depth: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return centre (x, y) and size (along x, along y) of the four walls, outside the floor."""
    thick = 0.2
    x, y = (width + thick) / 2, (depth + thick) / 2
    along, across = (width + 2 * thick, thick), (thick, depth)
    return [((0, y), along), ((0, -y), along), ((x, 0), across), ((-x, 0), across)]


def _add_lamps(spec: mujoco.MjSpec, world: World, shadows: bool) -> None:
    """Add the lamps, of which the first casts shadows, and the light that is everywhere.

    That is a light of its own: what a lamp carries is missing in the shadows it casts.
    """
    directional, dark = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, (0.0, 0.0, 0.0)
    for i, lamp in enumerate(world.lamps):
        direction = np.array(lamp.direction) / np.linalg.norm(lamp.direction)
        spec.worldbody.add_light(
            type=directional,
            pos=-direction * max(world.floor_size_m),
            dir=direction,
            diffuse=lamp.colour,
            ambient=dark,
            specular=(0.1, 0.1, 0.1),
            castshadow=shadows and i == 0,
        )
    spec.worldbody.add_light(
        type=directional,
        dir=(0.0, 0.0, -1.0),
        diffuse=dark,
        ambient=(world.ambient,) * 3,
        specular=dark,
        castshadow=False,
    )


def _add_person(spec: mujoco.MjSpec, name: str, member: Member) -> None:
    """Add the bones of a person, the skin on them, and what is on the head."""
    body = member.body
    for bone, joint in zip(BONES, body.joints_m, strict=True):
        added = spec.worldbody.add_body(name=f"{name}/{bone}", mocap=True, pos=joint)
        if bone == "head":
            _add_head_cover(spec, added, name, head_cover(body, member.outfit))
    _add_picture(spec, f"skin/{name}", texture(body, member.outfit)[::-1], cube=False)
    bones = [np.flatnonzero(body.weights[:, b]) for b in range(len(BONES))]
    spec.add_skin(
        name=name,
        material=f"skin/{name}",
        vert=body.vertices_m.ravel(),
        face=body.faces.ravel(),
        texcoord=body.uv.ravel(),
        bodyname=[f"{name}/{bone}" for bone in BONES],
        bindpos=body.joints_m.ravel(),
        bindquat=np.tile([1.0, 0.0, 0.0, 0.0], len(BONES)),
        vertid=[ids.tolist() for ids in bones],
        vertweight=[body.weights[ids, b].tolist() for b, ids in enumerate(bones)],
    )


def _add_head_cover(
    spec: mujoco.MjSpec, head: mujoco.MjsBody, name: str, cover: HeadCover | None
) -> None:
    if cover is not None:
        spec.add_mesh(
            name=f"cover/{name}", uservert=cover.vertices_m.ravel(), userface=cover.faces.ravel()
        )
        head.add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=f"cover/{name}",
            rgba=cover.rgba,
            contype=0,
            conaffinity=0,
        )


def _add_props(spec: mujoco.MjSpec, name: str, rng: np.random.Generator) -> None:
    for kind, parts in PROPS.items():
        body = spec.worldbody.add_body(name=f"{kind}/{name}", mocap=True)
        add_parts(body, parts(rng))


def _box(rng: np.random.Generator) -> list[Part]:
    return [Part((0, 0, 0), (1, 1, 1), jitter((0.66, 0.52, 0.37), 0.15, rng), "cardboard")]


def _cart(rng: np.random.Generator) -> list[Part]:
    """Return a cart of unit size, its handle at the back (-x), well behind the deck: for shins."""
    frame = jitter((0.2, 0.35, 0.6), 0.2, rng)
    sides = [
        part
        for y in (-0.45, 0.45)
        for part in (
            Part((-0.22, y, -0.2), (0.05, 0.05, 0.6), frame),
            Part((0.45, y, -0.2), (0.05, 0.05, 0.6), frame),
            Part((-0.22, y, 0.3), (0.04, 0.05, 0.4), frame),
            Part((-0.35, y, 0.47), (0.3, 0.05, 0.05), frame),
        )
    ]
    return [
        *sides,
        Part((0.125, 0, -0.3), (0.75, 1, 0.05), frame, "metal"),
        Part((0.125, 0, 0.1), (0.75, 1, 0.05), frame, "metal"),
        Part((-0.48, 0, 0.47), (0.04, 1, 0.05), (0.1, 0.1, 0.1)),
        Part((0.14, 0.0, 0.27), (0.5, 0.7, 0.3), (0.66, 0.52, 0.37), "cardboard"),
    ]


PROPS = {"box": _box, "cart": _cart}
"""What people carry or push, built within a cube of side 1 about its frame's origin."""
