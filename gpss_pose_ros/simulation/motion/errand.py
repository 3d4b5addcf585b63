"""What people do in a factory: the stationary part of an errand, and what its hands hold."""

import numpy as np

from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.floor import WorkPlace
from gpss_pose_ros.simulation.motion.gesture import GESTURES, Gesture
from gpss_pose_ros.simulation.motion.grip import Box, Cart, Free, Grip, Work
from gpss_pose_ros.simulation.motion.rig import Rig, rig_of
from gpss_pose_ros.simulation.motion.still import ATTITUDES, Attitude

_ACTIONS = {
    "wait": 2.0,
    "gesture": 3.0,
    "turn": 1.5,
    "bend": 1.0,
    "crouch": 2.5,
    "squat": 2.5,
    "kneel": 2.0,
    "twist": 0.5,
    "stretch": 0.4,
}
_WALKING_GESTURES = ("phone", "call", "tablet", "point", "clasped", "behind")
_NO_HANDS = Free()


def act(chain: Chain, rng: np.random.Generator) -> None:
    """Append some stationary action, ending upright."""
    weights = np.array(list(_ACTIONS.values()))
    action = str(rng.choice(list(_ACTIONS), p=weights / weights.sum()))
    if action == "wait":
        chain.still(float(rng.uniform(1.0, 3.5)))
    elif action == "gesture":
        chain.still(float(rng.uniform(2.0, 5.0)), grip=Gesture.sample(rng))
    elif action == "turn":
        chain.face(chain.stance.yaw_rad + float(rng.uniform(-3.1, 3.1)), 0.3)
        chain.still(float(rng.uniform(0.5, 2.5)))
    else:
        _lower(chain, rng, action)


def _lower(chain: Chain, rng: np.random.Generator, action: str) -> None:
    """Take up an attitude for a while, and come back upright."""
    duration_s = float(rng.uniform(2.5, 5.0))
    if action == "kneel":
        kneel(chain, int(rng.integers(2)), duration_s, handle_low(rng))
    else:
        held = ATTITUDES[action].scaled(float(rng.uniform(0.6, 1.05)))
        grip = Gesture.sample(rng) if action in ("twist", "stretch") else handle_low(rng)
        chain.still(duration_s, held, grip)
    chain.still(1.8)


def kneel(chain: Chain, side: int, duration_s: float, grip: Grip) -> None:
    """Set a foot back, kneel on that side's knee for a while, and rise."""
    upright = chain.stance
    height = chain.body.height_m
    chain.step_to(chain.split(side, 0.26 * height, 0.18 * height), step_s=0.7)
    chain.still(duration_s, kneeling(rig_of(chain.body), side), grip)
    chain.still(1.6)
    chain.step_to(upright, step_s=0.7)


def kneeling(rig: Rig, side: int) -> Attitude:
    """Return the attitude with the thigh of one side (0 left, 1 right) upright on its knee."""
    knee_m = 0.045 * rig.height_m
    lower_m = rig.hip_height_m - rig.legs[side].upper_m - knee_m
    heels = (1.15, 0.0) if side == 0 else (0.0, 1.15)
    return Attitude(lower_m / rig.height_m, 0.0, 0.05, 0.20, heels_rad=heels, sway=0.2)


def work(chain: Chain, place: WorkPlace, rng: np.random.Generator) -> None:
    """Work at a bench with both hands."""
    grip = Work.sample(rng, place.surface_m, place.distance_m)
    held = ATTITUDES["lean"].scaled(float(rng.uniform(0.3, 1.1)))
    chain.still(float(rng.uniform(3.0, 6.0)), held, grip)
    chain.still(1.0)


def box(rng: np.random.Generator) -> Box:
    """Draw a box that one person carries."""
    length, width, height = rng.uniform((0.2, 0.28, 0.15), (0.4, 0.5, 0.38)).tolist()
    return Box(length, width, height)


def lift(chain: Chain, carried: Box, place: WorkPlace) -> None:
    """Take a box from the bench of a work place."""
    on_bench = (place.distance_m + carried.length_m / 2 + 0.02, place.surface_m)
    chain.still(3.0, ATTITUDES["lean"].scaled(0.5), _moved(carried, on_bench, (1.2, 2.6)))


def lower(chain: Chain, carried: Box, place: WorkPlace) -> None:
    """Put a box on the bench of a work place, and let go."""
    on_bench = (place.distance_m + carried.length_m / 2 + 0.02, place.surface_m)
    chain.still(2.5, ATTITUDES["lean"].scaled(0.5), _moved(carried, on_bench, (1.8, 0.4)))
    chain.still(1.2)


def handle_low(rng: np.random.Generator) -> Grip:
    """Draw what the hands do while crouching: work near the floor, hang, or something else."""
    if rng.random() < 0.7:
        return Work.sample(rng, float(rng.uniform(0.05, 0.7)), float(rng.uniform(0.15, 0.4)))
    return Free()


def walking_grip(rng: np.random.Generator) -> Grip:
    """Draw what the hands do while walking without a load: mostly swing."""
    if rng.random() < 0.8:
        return _NO_HANDS
    return Gesture.sample(rng, str(rng.choice(_WALKING_GESTURES)))


def cart(rng: np.random.Generator, height_m: float) -> Cart:
    """Draw a cart for somebody of a stature; handles are between 0.9 and 1.15 m high."""
    length, width, part = rng.uniform((0.7, 0.45, 0.53), (0.95, 0.65, 0.61)).tolist()
    return Cart(length, width, min(max(part * height_m, 0.9), 1.15))


def talk(chain: Chain, rng: np.random.Generator, duration_s: float) -> None:
    """Stand and talk, with or without gestures."""
    name = str(rng.choice(list(GESTURES)))
    grip: Grip = Gesture.sample(rng, name) if rng.random() < 0.6 else _NO_HANDS
    chain.still(duration_s, grip=grip)


def _moved(carried: Box, bench: tuple[float, float], lift_s: tuple[float, float]) -> Box:
    return Box(carried.length_m, carried.width_m, carried.height_m, bench, lift_s)
