"""Arms held in some way while standing or walking: crossed, at the hips, with a phone, pointing."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.simulation.motion.arms import OUTWARDS, reaching
from gpss_pose_ros.simulation.motion.grip import Place, free_arm
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.trunk import Trunk
from gpss_pose_ros.types import FloatArray

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class _Hold:
    """A wrist from its shoulder: forward, outwards, up, in statures; where the elbow points."""

    wrist: Vector
    elbow: Vector
    palm: float = 0.0


_HIPS = _Hold((0.010, 0.030, -0.200), (-0.5, 1.0, 0.1))
_BEHIND = _Hold((-0.075, -0.07, -0.24), (-0.6, 0.8, 0.0))
_CALL = _Hold((0.075, -0.015, 0.035), (0.2, 0.5, -1.0))
_PHONE = _Hold((0.165, -0.06, -0.075), (-0.1, 0.4, -1.0))
_POINT = _Hold((0.31, 0.03, -0.01), (-0.2, 0.6, -0.8), 1.2)
_ASIDE = _Hold((0.08, 0.30, -0.02), (-0.6, 0.1, -0.8), 1.2)
_OVERHEAD = _Hold((0.08, 0.02, 0.28), (0.3, 1.0, 0.0))
_WAVE = _Hold((0.08, 0.10, 0.20), (0.0, 1.0, -0.6))
_CLASPED = _Hold((0.085, -0.085, -0.255), (-0.7, 0.7, 0.0))
_FOREHEAD = _Hold((0.10, -0.06, 0.10), (0.2, 0.9, -0.4), 0.8)
_PULL = _Hold((0.24, 0.0, -0.10), (-0.4, 0.5, -0.8), 0.8)

# Left and right arm; None hangs.
GESTURES: dict[str, tuple[_Hold | None, _Hold | None]] = {
    "hips": (_HIPS, _HIPS),
    "one_hip": (None, _HIPS),
    "behind": (_BEHIND, _BEHIND),
    "crossed": (
        _Hold((0.105, -0.17, -0.125), (-0.1, 0.7, -0.8)),
        _Hold((0.125, -0.16, -0.150), (-0.1, 0.7, -0.8)),
    ),
    "call": (None, _CALL),
    "phone": (None, _PHONE),
    "tablet": (_PHONE, _PHONE),
    "point": (None, _POINT),
    "point_aside": (_ASIDE, None),
    "arms_aside": (_ASIDE, _ASIDE),
    "overhead": (_OVERHEAD, _OVERHEAD),
    "wave": (None, _WAVE),
    "clasped": (_CLASPED, _CLASPED),
    "forehead": (_FOREHEAD, None),
    "before": (_PULL, _PULL),
}
_LOOKS_DOWN = {"phone": 0.5, "tablet": 0.5, "overhead": -0.5}


@dataclass(frozen=True)
class Gesture:
    """A gesture by name; `mirrored` swaps left and right, `variation` moves each wrist in [m].

    Raises:
        InputError: no gesture of this name.
    """

    name: str
    mirrored: bool = False
    variation: tuple[Vector, Vector] = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    lean_rad: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in GESTURES:
            raise InputError(unknown_choice("gesture", self.name, GESTURES))

    @classmethod
    def sample(cls, rng: np.random.Generator, name: str = "") -> "Gesture":
        """Draw a gesture, any if no name is given, with a personal variation."""
        name = name or str(rng.choice(list(GESTURES)))
        left, right = rng.normal(0.0, 0.025, (2, 3)).tolist()
        return cls(name, bool(rng.random() < 0.5), (tuple(left), tuple(right)))

    @property
    def head_down_rad(self) -> float:
        """How much further the head is bent down than usual."""
        return _LOOKS_DOWN.get(self.name, 0.0)

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return the arms (6, 3, 3), see `Grip`; an arm without a task swings."""
        holds = GESTURES[self.name]
        return np.concatenate(
            [
                self._arm(rig, style, trunk, side, holds[side ^ self.mirrored], swing[side])
                for side in (0, 1)
            ]
        )

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return None: nothing is held."""
        return None

    def _arm(
        self, rig: Rig, style: Style, trunk: Trunk, side: int, hold: _Hold | None, swing: float
    ) -> FloatArray:
        if hold is None:
            return free_arm(rig, style, side, swing)
        mirror = np.array((1.0, OUTWARDS[side], 1.0))
        offset = mirror * hold.wrist * rig.height_m + self.variation[side]
        wrist = trunk.shoulders[side] + trunk.chest @ offset
        return reaching(rig, trunk, side, wrist, trunk.chest @ (mirror * hold.elbow), hold.palm)
