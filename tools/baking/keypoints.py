"""Keypoints and soles as terms of linear blend skinning (see `Body.keypoint_terms`)."""

import anny
import numpy as np
from scipy.spatial import ConvexHull

from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.simulation.body import BONES

_NAMES = skeleton("coco17_feet").keypoints
_UPPER_HEIGHT_M = 0.02  # where people mark the tip of a shoe: on its edge, not under it


def keypoint_terms(
    model: anny.Anny, vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray
) -> np.ndarray:
    """Return the terms (23, 19, 4) of Anny's regressed keypoints, bare feet's among them.

    Args:
        model: Anny with its own topology; the regressor has one weight a vertex of it.
        vertices: (V, 3) its surface in the rest pose, body frame.
        weights: (V, 19) blend weights of it.
        joints: (19, 3) our joints, body frame.
    """
    regressor = anny.KeypointsRegressor.coco(model, labels=list(_NAMES))
    regression = regressor.regression_weights.numpy()
    regression = regression / regression.sum(1, keepdims=True)
    local = vertices[:, None, :] - joints[None, :, :]
    positions = np.einsum("kv,vb,vbi->kbi", regression, weights, local, optimize=True)
    return np.concatenate([positions, (regression @ weights)[..., None]], axis=2)


def shoe_terms(
    terms: np.ndarray, joints: np.ndarray, vertices: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return `terms` with the keypoints of the feet moved out to the shoes, and sole terms.

    As COCO-WholeBody marks shod feet: the tip of the shoe in front of the big and of the small toe,
    and the back of the heel; they are rigid with the toes and the foot. The sole's middle, (2, 19,
    4), is halfway from heel to toes on the floor, as the pipeline takes it from the same three
    keypoints; it lies behind the ball of the foot and is rigid with the foot.

    Args:
        terms: (23, 19, 4) of the bare feet.
        joints: (19, 3) of the shod body.
        vertices: (V, 3) clothed surface in the rest pose.
        weights: (V, 19) blend weights of it.
    """
    result, soles = terms.copy(), np.zeros((2, len(BONES), 4))
    bare = (terms[..., :3] + terms[..., 3:] * joints).sum(1)
    for row, side in enumerate(("left", "right")):
        foot, toes = BONES.index(f"{side}_foot"), BONES.index(f"{side}_toes")
        shoe = vertices[(weights[:, foot] + weights[:, toes] > 0.5) & (vertices[:, 2] < 0.05)]
        index = {p: _NAMES.index(f"{side}_{p}") for p in ("big_toe", "small_toe", "heel")}
        rear = shoe[shoe[:, 0] < shoe[:, 0].min() + 0.06, 1]
        big = _on_outline(shoe, bare[index["big_toe"], 1], front=True)
        small = _on_outline(shoe, bare[index["small_toe"], 1], front=True)
        heel = _on_outline(shoe, (rear.min() + rear.max()) / 2, front=False)
        result[index["big_toe"]] = _rigid(big, toes, joints)
        result[index["small_toe"]] = _rigid(small, toes, joints)
        result[index["heel"]] = _rigid(heel, foot, joints)
        soles[row] = _rigid((heel / 2 + (big + small) / 4) * [1.0, 1.0, 0.0], foot, joints)
    return result, soles


def _on_outline(shoe: np.ndarray, y: float, front: bool) -> np.ndarray:
    """Return the point just inside the front or back of the outline of `shoe` (N, 3) at `y`."""
    corners = shoe[ConvexHull(shoe[:, :2]).vertices, :2]
    (x0, y0), (x1, y1) = corners.T, np.roll(corners, -1, axis=0).T
    crossed = (np.minimum(y0, y1) <= y) & (y < np.maximum(y0, y1))
    x = (x0 + (x1 - x0) * (y - y0) / np.where(crossed, y1 - y0, 1.0))[crossed]
    return np.array([x.max() - 0.005 if front else x.min() + 0.005, y, _UPPER_HEIGHT_M])


def _rigid(point: np.ndarray, bone: int, joints: np.ndarray) -> np.ndarray:
    """Return the terms (19, 4) of a `point` of the rest pose that moves with one bone."""
    terms = np.zeros((len(BONES), 4))
    terms[bone] = [*(point - joints[bone]), 1.0]
    return terms
