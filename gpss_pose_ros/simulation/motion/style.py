"""How one person moves: what makes two people's walks look different."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Style:
    """One person's manner; the defaults are the average adult.

    Attributes:
        stride: step length against the average at the same speed.
        step_width_m: distance between the ankles across the walking direction.
        stand_width_m: the same when standing.
        toe_out_rad: how far each foot points outwards.
        arm_swing: against the average.
        elbow_rad: bend of a hanging arm.
        arms_out_rad: how far the arms hang from the vertical.
        lean_rad: how far the trunk leans forward.
        stoop_rad: curve of the upper back.
        head_down_rad: pitch of the head; people look at where they step.
        sway: sideways movement against the average.
        restless: how much a standing person shifts and looks around.
        phase_rad: shifts this person's slow movements against other people's.
    """

    stride: float = 1.0
    step_width_m: float = 0.10
    stand_width_m: float = 0.20
    toe_out_rad: float = 0.12
    arm_swing: float = 1.0
    elbow_rad: float = 0.25
    arms_out_rad: float = 0.14
    lean_rad: float = 0.04
    stoop_rad: float = 0.05
    head_down_rad: float = 0.12
    sway: float = 1.0
    restless: float = 1.0
    phase_rad: float = 0.0

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Style":
        """Draw a person's manner."""
        return cls(
            stride=float(rng.uniform(0.90, 1.10)),
            step_width_m=float(rng.uniform(0.07, 0.16)),
            stand_width_m=float(rng.uniform(0.13, 0.34)),
            toe_out_rad=float(rng.uniform(0.03, 0.26)),
            arm_swing=float(rng.uniform(0.4, 1.4)),
            elbow_rad=float(rng.uniform(0.1, 0.5)),
            arms_out_rad=float(rng.uniform(0.08, 0.26)),
            lean_rad=float(rng.uniform(-0.02, 0.10)),
            stoop_rad=float(rng.uniform(-0.02, 0.18)),
            head_down_rad=float(rng.uniform(-0.05, 0.35)),
            sway=float(rng.uniform(0.6, 1.4)),
            restless=float(rng.uniform(0.4, 1.6)),
            phase_rad=float(rng.uniform(0.0, 100.0)),
        )
