"""The adults to bake: who they are, and Anny's surface of each in our rest pose."""

from dataclasses import dataclass

import anny
import numpy as np
import torch

from baking.rest_pose import posed_heads, rest_rotations

# Anny: left is +x, the face looks to -y. Ours: the face looks to +x, left is +y.
BODY_FROM_ANNY = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Adult:
    """Anny's parameters of one person, each in [0, 1] (gender 0 male, 1 female; age above 0.6)."""

    phenotype: dict[str, float]
    height_m: float


@dataclass(frozen=True)
class Posed:
    """One of Anny's surfaces in some pose, body frame, in [m].

    Attributes:
        vertices: (V, 3).
        heads: (104, 3) where the bones begin.
        rotations: (104, 3, 3) how each bone was turned from how Anny comes.
    """

    vertices: np.ndarray
    heads: np.ndarray
    rotations: np.ndarray


def adults(count: int, model: anny.Anny, rng: np.random.Generator) -> list[Adult]:
    """Return `count` adults, every second a woman, with statures spread over 1.50-2.00 m."""
    spread = {
        0.0: np.linspace(1.62, 2.00, (count + 1) // 2),
        1.0: np.linspace(1.50, 1.82, count // 2),
    }
    people = []
    for i in range(count):
        gender = float(i % 2)
        traits = rng.uniform([0.62, 0.3, 0.25, 0.3], [0.95, 0.85, 0.9, 0.8])
        phenotype = dict(zip(("age", "muscle", "weight", "proportions"), traits, strict=True))
        phenotype["gender"] = gender
        target = float(spread[gender][i // 2])
        phenotype["height"] = _height_parameter(model, phenotype, target)
        people.append(Adult(phenotype, target))
    return people


def posed(model: anny.Anny, adult: Adult) -> Posed:
    """Return the surface of `adult` in our rest pose; the feet stand where they happen to."""
    rest = _forward(model, adult.phenotype)
    heads = rest["rest_bone_heads"][0].numpy() @ BODY_FROM_ANNY.T
    rotations = rest_rotations(heads, model.bone_labels)
    return posed_by(model, adult, rotations)


def posed_by(model: anny.Anny, adult: Adult, rotations: np.ndarray) -> Posed:
    """Return Anny's own surface of `adult` with its bones turned by `rotations` (104, 3, 3)."""
    rest = _forward(model, adult.phenotype)
    heads = rest["rest_bone_heads"][0].numpy() @ BODY_FROM_ANNY.T
    moved = posed_heads(heads, model.bone_parents, rotations)
    poses = rest["rest_bone_poses"][0].numpy().copy()
    poses[:, :3, :3] = BODY_FROM_ANNY.T @ rotations @ BODY_FROM_ANNY @ poses[:, :3, :3]
    poses[:, :3, 3] = moved @ BODY_FROM_ANNY
    output = _forward(model, adult.phenotype, torch.from_numpy(poses)[None])
    return Posed(output["vertices"][0].numpy() @ BODY_FROM_ANNY.T, moved, rotations)


def _forward(
    model: anny.Anny, phenotype: dict[str, float], poses: torch.Tensor | None = None
) -> dict[str, torch.Tensor]:
    kwargs = {name: torch.tensor([value], dtype=torch.float64) for name, value in phenotype.items()}
    with torch.no_grad():
        if poses is None:
            return model(phenotype_kwargs=kwargs)
        return model(poses, phenotype_kwargs=kwargs, pose_parameterization="world")


def _height_parameter(model: anny.Anny, phenotype: dict[str, float], target_m: float) -> float:
    """Return Anny's height parameter that makes the surface `target_m` tall, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        z = _forward(model, {**phenotype, "height": middle})["rest_vertices"][0, :, 2]
        if float(z.max() - z.min()) < target_m:
            low = middle
        else:
            high = middle
    return (low + high) / 2
