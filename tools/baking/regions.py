"""Paints by name: which region of the clothes each texel of the unfolded body belongs to."""

from dataclasses import dataclass

import cv2
import numpy as np

from gpss_pose_ros.simulation.body import BONES, REGIONS

SIZE = 384


@dataclass(frozen=True)
class Texels:
    """The N texels that the surface covers: where they lie on the body.

    Attributes:
        points: (N, 3) rest pose, body frame, in [m].
        up: (N,) z component of the surface normal.
        weights: (N, 19) blend weights.
    """

    points: np.ndarray
    up: np.ndarray
    weights: np.ndarray


def region_map(
    vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, weights: np.ndarray, joints: np.ndarray
) -> np.ndarray:
    """Return the label map (SIZE, SIZE) uint8 of indices into REGIONS, row 0 at v = 1.

    Texels between the charts take the label of the nearest chart, so that filtering mixes in
    nothing foreign.

    Args:
        vertices: (U, 3) rest pose of a typical body, body frame.
        faces: (F, 3).
        uv: (U, 2) texture coordinates in [0, 1].
        weights: (U, 19) blend weights.
        joints: (19, 3) of the same body.
    """
    rows, columns, texels = _texels(vertices, faces, uv, weights)
    labels = np.zeros((SIZE, SIZE), np.uint8)
    labels[rows, columns] = _labels(texels, joints)
    empty = np.ones((SIZE, SIZE), np.uint8)
    empty[rows, columns] = 0
    _, nearest = cv2.distanceTransformWithLabels(
        empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(nearest.max() + 1, np.uint8)
    source[nearest[rows, columns]] = labels[rows, columns]
    return source[nearest]


def _texels(
    vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Texels]:
    """Return rows, columns and places of the texels whose centres lie inside a triangle."""
    pixel = np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1) * SIZE - 0.5
    owner = np.full((SIZE, SIZE), -1, np.int32)
    for i in _outermost_last(vertices, faces, weights):
        corners = np.round(pixel[faces[i]] * 16).astype(np.int32)
        cv2.fillConvexPoly(owner, corners, int(i), lineType=cv2.LINE_8, shift=4)
    rows, columns = np.nonzero(owner >= 0)
    face = faces[owner[rows, columns]]
    share = _barycentric(pixel[face], np.stack([columns, rows], axis=1).astype(float))
    a, b, c = (vertices[face[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    return (
        rows,
        columns,
        Texels(
            points=np.einsum("nc,nci->ni", share, vertices[face]),
            up=normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-12),
            weights=np.einsum("nc,ncb->nb", share, weights[face]),
        ),
    )


def _outermost_last(vertices: np.ndarray, faces: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the order of faces in which skin overpaints what folds in: mouth and eye sockets."""
    head = weights[faces].sum(1).argmax(1) == BONES.index("head")
    middle = vertices[faces].mean(1)
    centre = np.median(middle[head], axis=0) * [1.0, 0.0, 1.0] - [0.05, 0.0, 0.0]
    return np.argsort(np.linalg.norm(middle - centre, axis=1))


def _barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the barycentric coordinates (N, 3), clipped to the triangle, of `points` (N, 2)."""
    a, b, c = (corners[:, i] for i in range(3))

    def cross(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]

    area = cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    beta, gamma = cross(points - a, c - a) / area, cross(b - a, points - a) / area
    share = np.clip(np.stack([1.0 - beta - gamma, beta, gamma], axis=1), 0.0, 1.0)
    return share / share.sum(1, keepdims=True)


def _labels(texels: Texels, joints: np.ndarray) -> np.ndarray:
    """Return the region (N,) of each texel; later rules overrule earlier ones."""
    labels = np.zeros(len(texels.up), np.uint8)
    for rules in (_trunk, _arms, _legs, _head):
        for region, where in rules(texels, {b: joints[i] for i, b in enumerate(BONES)}):
            labels[where] = REGIONS.index(region)
    return labels


Rules = list[tuple[str, np.ndarray]]


def _owned(texels: Texels, *parts: str) -> np.ndarray:
    """Return (N,) whether the strongest bone is one of `parts`, left or right."""
    names = [bone.removeprefix("left_").removeprefix("right_") for bone in BONES]
    return np.isin(np.array(names)[texels.weights.argmax(1)], parts)


def _ring(position: np.ndarray, middle: float, width: float = 0.05) -> np.ndarray:
    return np.abs(position - middle) < width / 2


def _trunk(texels: Texels, at: dict[str, np.ndarray]) -> Rules:
    """Torso, belt, the hem that hangs below it, and the bands of a vest: two rings, two braces."""
    _, y, z = texels.points.T
    trunk = _owned(texels, "pelvis", "spine", "chest")
    hip, neck = at["left_thigh"][2], at["neck"][2]
    belt = hip + 0.09
    waist_band, chest_band = belt + 0.11, belt + 0.11 + 0.42 * (neck - belt)
    braces = _ring(np.abs(y), 0.105) & (z > chest_band)
    bands = _ring(z, waist_band) | _ring(z, chest_band) | braces
    return [
        ("torso", trunk | _owned(texels, "upper_arm")),
        ("torso_band", trunk & bands),
        ("belt", trunk & (z < belt + 0.02)),
        ("hem", trunk & (z < belt - 0.02)),
    ]


def _arms(texels: Texels, at: dict[str, np.ndarray]) -> Rules:
    """Short sleeves end above the elbow; a band goes around each half of a long sleeve."""
    z = texels.points[:, 2]
    shoulder, elbow, wrist = (at[f"left_{b}"][2] for b in ("upper_arm", "forearm", "hand"))
    arm = _owned(texels, "upper_arm", "forearm")
    beyond = np.abs(texels.points[:, 1]) > at["left_upper_arm"][1] - 0.005
    arm = (arm & (beyond | (z < shoulder - 0.1))) | (beyond & _owned(texels, "chest"))
    sleeve_end = shoulder + 0.7 * (elbow - shoulder)
    return [
        ("upper_arm", arm),
        ("forearm", arm & (z < sleeve_end)),
        ("arm_band", arm & _ring(z, shoulder + 0.55 * (elbow - shoulder))),
        ("hand", _owned(texels, "hand") | (arm & (z < wrist + 0.01))),
    ]


def _legs(texels: Texels, at: dict[str, np.ndarray]) -> Rules:
    """Shorts end above the knee; two bands go around the shin; the shoe reaches the ankle."""
    z = texels.points[:, 2]
    hip, knee, ankle = (at[f"left_{bone}"][2] for bone in ("thigh", "shin", "foot"))
    leg, foot = _owned(texels, "thigh", "shin"), _owned(texels, "foot", "toes")
    bands = _ring(z, ankle + 0.32 * (knee - ankle)) | _ring(z, ankle + 0.62 * (knee - ankle))
    below_hem = (leg | _owned(texels, "pelvis")) & (z < hip - 0.03)
    return [
        ("hem", leg),
        ("thigh", below_hem),
        ("shin", (leg | foot) & (z < knee + 0.06)),
        ("leg_band", leg & bands),
        ("shoe", (leg | foot) & (z < ankle + 0.04)),
        ("sole", foot & (z < 0.014)),
    ]


def _head(texels: Texels, at: dict[str, np.ndarray]) -> Rules:
    """Hair behind the hairline, jaw, eyes and mouth; the collar is the foot of the neck."""
    x, y, z = texels.points.T
    head, joint = _owned(texels, "neck", "head"), at["head"]
    top, nose = z.max(), x[head].max()
    up, front = (z - joint[2]) / (top - joint[2]), (x - joint[0]) / (nose - joint[0])
    hairline = -0.05 + 0.85 * np.clip((front + 0.4) / 0.9, 0.0, 1.0)
    face = head & (front > 0.45)
    eyes = (((np.abs(y) - 0.032) / 0.016) ** 2 + ((up - 0.27) / 0.035) ** 2) < 1
    return [
        ("skin", head),
        ("collar", head & (z < at["neck"][2] + 0.035)),
        ("beard", head & (up < 0.02) & (front > 0.35) & (z > joint[2] - 0.09)),
        ("hair", head & (up > hairline)),
        ("eye", face & eyes),
        ("mouth", face & (np.abs(y) < 0.025) & _ring(up, -0.17, 0.06)),
    ]
