"""Any instant of any motion, at the origin: poses for training images, without a plan."""

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.body_pose import BodyPose
from gpss_pose_ros.simulation.motion import errand
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.floor import WorkPlace
from gpss_pose_ros.simulation.motion.gesture import Gesture
from gpss_pose_ros.simulation.motion.grip import Grip, Work
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.motion.rotation import rotation
from gpss_pose_ros.simulation.motion.script import Script
from gpss_pose_ros.simulation.motion.stance import Stance
from gpss_pose_ros.simulation.motion.still import Attitude
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.walk import SPEEDS_MPS
from gpss_pose_ros.types import FloatArray

_LONGEST_WAY_M = 5.0


def random_pose(body: Body, rng: np.random.Generator) -> tuple[BodyPose, tuple[Prop, ...]]:
    """Return a pose, and what the person holds, at the factory's origin and facing along x.

    About a third walk, a third do what people in a factory do, and a third hold postures that are
    rare there, so that a network has seen them.
    """
    style = Style.sample(rng)
    chain = Chain(body, style, Stance.at(0.0, 0.0, 0.0, style.stand_width_m, style.toe_out_rad))
    (_walk, _work, _anyhow)[int(rng.integers(3))](chain, rng)
    script = Script(body, tuple(chain.motions))
    t_s = float(rng.uniform(0.0, script.duration_s))
    place = script.place(t_s)
    return _at_origin(script.pose(t_s), place), tuple(
        _moved(prop, place) for prop in script.props(t_s) if prop.visible
    )


def _walk(chain: Chain, rng: np.random.Generator) -> None:
    """Walk along a curve at any speed, with free hands, a load or a cart."""
    turns = np.cumsum(np.concatenate(([0.0], rng.normal(0.0, 0.5, 3))))
    legs = _LONGEST_WAY_M / 4 * np.stack((np.cos(turns), np.sin(turns)), axis=1)
    corners = np.vstack((np.zeros(2), np.cumsum(legs, axis=0)))
    grips: tuple[Grip, ...] = (
        errand.walking_grip(rng),
        errand.box(rng),
        errand.cart(rng, chain.body.height_m),
        Gesture.sample(rng),
    )
    grip = grips[int(rng.choice(4, p=(0.4, 0.2, 0.2, 0.2)))]
    chain.walk(Path(corners), float(rng.uniform(0.25, SPEEDS_MPS[1])), grip)


def _work(chain: Chain, rng: np.random.Generator) -> None:
    """Work at a bench, lift something, or do anything else people do where they stand."""
    bench = WorkPlace(0.0, 0.0, 0.0, float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.15, 0.3)))
    chain.still(0.8)
    draw = rng.random()
    if draw < 0.3:
        errand.work(chain, bench, rng)
    elif draw < 0.45:
        errand.lift(chain, errand.box(rng), bench)
    else:
        errand.act(chain, rng)


def _anyhow(chain: Chain, rng: np.random.Generator) -> None:
    """Hold the body and the arms in some way, also in ways that are rare."""
    low = bool(rng.random() < 0.25)
    depth, bend = float(rng.beta(0.8, 1.6)), float(rng.beta(0.7, 1.4))
    if low:
        depth, bend = 0.5 + 0.5 * depth, 0.5 + 0.5 * bend
    held = Attitude(
        lower=0.33 * depth,
        forward=float(rng.normal(-0.04 * bend, 0.015)),
        pelvis_rad=float(rng.normal(0.9 * bend, 0.1)),
        back_rad=float(rng.normal(0.9 * bend, 0.15)),
        back_turn_rad=float(rng.normal(0.0, 0.35)),
        heels_rad=(float(rng.uniform(0.0, 0.9 * depth)), float(rng.uniform(0.0, 0.9 * depth))),
        sway=float(rng.uniform(0.5, 2.0)),
    )
    turn = float(rng.uniform(-1.0, 1.0))
    x, y = rng.normal(0.0, 0.09, 2).tolist()
    width = float(rng.uniform(0.1, 0.6))
    chain.step_to(Stance.at(x, y, turn, width, float(rng.uniform(-0.1, 0.5))))
    gestures = not low and rng.random() < 0.5
    grip: Grip = Gesture.sample(rng) if gestures else Work(_anywhere(chain.body, rng, low))
    chain.still(4.0, held, grip)


def _anywhere(body: Body, rng: np.random.Generator, low: bool) -> FloatArray:
    """Return points (2, 16, 3) all around the body or near the floor, as `Work.points_m`."""
    forward = rng.uniform(-0.15, 0.4, (2, 16))
    aside = rng.uniform(-0.05, 0.42, (2, 16)) * np.array((1.0, -1.0))[:, None]
    lowest, highest = (0.03, 0.2) if low else np.sort(rng.uniform(0.0, 1.2, 2))
    up = rng.uniform(lowest, highest, (2, 16))
    return np.stack((forward, aside, up), axis=2) * body.height_m


def _at_origin(pose: BodyPose, place: tuple[float, float, float]) -> BodyPose:
    """Return the pose seen from `place` (x, y, yaw)."""
    back = rotation(-place[2])
    rotations = pose.rotations.copy()
    rotations[0] = back @ rotations[0]
    return BodyPose(back @ (pose.root_m - (place[0], place[1], 0.0)), rotations)


def _moved(prop: Prop, place: tuple[float, float, float]) -> Prop:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(-place[2])
    matrix[:3, 3] = matrix[:3, :3] @ (-place[0], -place[1], 0.0)
    return Prop(prop.kind, matrix @ prop.factory_from_prop, prop.size_m, prop.visible)
