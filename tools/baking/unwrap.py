"""Unfolds the body's surface into texture coordinates, as a tailor would: front and back pieces.

Each chart is flattened by least squares conformal maps (Levy et al. 2002), scaled to its true
area, turned so that up on the body is up in the texture, and packed on shelves.
"""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from baking.mesh import face_neighbours, face_normals, neighbour_average, unit, vertex_normals
from gpss_pose_ros.simulation.body import BONES

_PIECES = {
    "head": ("neck", "head"),
    "torso": ("pelvis", "spine", "chest"),
    **{f"{s}_arm": (f"{s}_upper_arm", f"{s}_forearm") for s in ("left", "right")},
    **{f"{s}_hand": (f"{s}_hand",) for s in ("left", "right")},
    **{f"{s}_leg": (f"{s}_thigh", f"{s}_shin") for s in ("left", "right")},
    **{f"{s}_shoe": (f"{s}_foot", f"{s}_toes") for s in ("left", "right")},
}
_GAP = 0.012  # between charts, in [m] of surface


def unwrap(
    vertices: np.ndarray, faces: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut the mesh along its charts' borders and lay them out.

    Args:
        vertices: (V, 3) rest pose, body frame.
        faces: (F, 3).
        weights: (V, 19) blend weights, which tell the pieces apart.

    Returns:
        source (U,) the vertex that each of the new U vertices copies, faces (F, 3) over them, and
        uv (U, 2) in [0, 1].
    """
    charts = _charts(vertices, faces, weights)
    pairs = np.stack([np.repeat(charts, 3), faces.ravel()], axis=1)
    unique, corners = np.unique(pairs, axis=0, return_inverse=True)
    new_faces = corners.reshape(-1, 3)
    positions = vertices[unique[:, 1]]
    uv = np.zeros((len(unique), 2))
    heads = set(charts[(weights[faces].sum(1).argmax(1) == BONES.index("head"))])
    for chart in range(charts.max() + 1):
        members = np.flatnonzero(unique[:, 0] == chart)
        local = np.searchsorted(members, new_faces[charts == chart])
        flat = _globe if chart in heads else _conformal
        uv[members] = _upright(flat(positions[members], local), positions[members], local)
    return unique[:, 1], new_faces, _packed(uv, unique[:, 0])


def _charts(vertices: np.ndarray, faces: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the chart (F,) of each face: front and back; hands and shoes have two sides, soles."""
    share = np.stack(
        [weights[:, [BONES.index(b) for b in bones]].sum(1) for bones in _PIECES.values()], axis=1
    )
    piece = share[faces].sum(1).argmax(1)
    average = neighbour_average(faces, len(vertices))
    normals = vertex_normals(vertices, faces, average)[faces].sum(1)
    names = list(_PIECES)
    axis = np.array([0 if n in ("head", "torso") or "arm" in n or "leg" in n else 1 for n in names])
    side = (normals[np.arange(len(faces)), axis[piece]] > 0).astype(int)
    shoes = np.array(["shoe" in n for n in names])[piece]
    side[shoes & (unit(normals)[:, 2] < -0.7)] = 2
    return _connected(_smoothed(3 * piece + side, faces), faces)


def _smoothed(labels: np.ndarray, faces: np.ndarray, rounds: int = 6) -> np.ndarray:
    """Return `labels` after faces joined the majority of themselves and their neighbours."""
    neighbours = face_neighbours(faces)
    for _ in range(rounds):
        votes = np.eye(labels.max() + 1)[labels]
        labels = (neighbours @ votes + 1.1 * votes).argmax(1)
    return labels


def _connected(labels: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return `labels` with every chart in one part: smaller parts join a neighbouring chart."""
    neighbours = face_neighbours(faces).tocoo()
    while True:
        same = labels[neighbours.row] == labels[neighbours.col]
        inside = sparse.coo_matrix(
            (np.ones(same.sum()), (neighbours.row[same], neighbours.col[same])),
            shape=neighbours.shape,
        )
        count, part = connected_components(inside, directed=False)
        sizes = np.bincount(part, minlength=count)
        chart_of = np.zeros(count, int)
        chart_of[part] = labels
        largest = {
            c: max(np.flatnonzero(chart_of == c), key=sizes.__getitem__) for c in set(labels)
        }
        stray = np.array([largest[c] != p for p, c in enumerate(chart_of)])[part]
        if not stray.any():
            return np.unique(labels, return_inverse=True)[1]
        border = stray[neighbours.row] & ~same
        labels = labels.copy()
        labels[neighbours.row[border]] = labels[neighbours.col[border]]


def _conformal(positions: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return plane coordinates (N, 2) of a chart that distort its angles least."""
    a, b, c = (positions[faces[:, i]] for i in range(3))
    x_axis = unit(b - a)
    normal = unit(np.cross(b - a, c - a))
    y_axis = np.cross(normal, x_axis)
    zero = np.zeros(len(faces))
    corners = [
        zero + 0j,
        np.linalg.norm(b - a, axis=1) + 0j,
        ((c - a) * x_axis).sum(1) + 1j * ((c - a) * y_axis).sum(1),
    ]
    scale = np.sqrt(np.maximum(np.linalg.norm(np.cross(b - a, c - a), axis=1), 1e-12))
    rows = np.tile(np.arange(len(faces)), 3)
    values = [(corners[(i + 2) % 3] - corners[(i + 1) % 3]) / scale for i in range(3)]
    M = sparse.coo_matrix((np.concatenate(values), (rows, faces.T.ravel()))).tocsc()
    pinned = np.array(_far_apart(positions))
    free = np.setdiff1d(np.arange(len(positions)), pinned)
    where = np.array([0.0, np.linalg.norm(positions[pinned[0]] - positions[pinned[1]])]) + 0j
    A, rhs = M[:, free], -M[:, pinned] @ where
    solved = np.zeros(len(positions), complex)
    solved[pinned] = where
    solved[free] = spsolve((A.conj().T @ A).tocsc(), A.conj().T @ rhs)
    return np.stack([solved.real, solved.imag], axis=1)


def _globe(positions: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return plane coordinates (N, 2) of half a head, as a map centred on its face or its back.

    Azimuthal and equidistant about the axis x through the head's middle. Eyelids and lips fold back
    on themselves, which no conformal map survives; here they merely overlap.
    """
    normal_x = face_normals(positions, faces)[:, 0].sum()
    front = np.sign(normal_x)
    z = positions[:, 2]
    centre = np.array([np.median(positions[:, 0]) - 0.05 * front, 0.0, z.max() - 0.45 * np.ptp(z)])
    offset = positions - centre
    across = offset[:, 1:] * [front, 1.0]
    theta = np.arctan2(np.linalg.norm(across, axis=1), offset[:, 0] * front)
    return unit(across) * (theta * np.linalg.norm(offset, axis=1))[:, None]


def _far_apart(positions: np.ndarray) -> tuple[int, int]:
    """Return two vertices at opposite ends of a chart."""
    first = int(np.linalg.norm(positions - positions.mean(0), axis=1).argmax())
    second = int(np.linalg.norm(positions - positions[first], axis=1).argmax())
    return first, second


def _upright(uv: np.ndarray, positions: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return `uv` at true area, with the body's up (of a shoe: forward) as the texture's up."""
    d1, d2 = uv[faces[:, 1]] - uv[faces[:, 0]], uv[faces[:, 2]] - uv[faces[:, 0]]
    flat = np.abs(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]).sum()
    true = np.linalg.norm(face_normals(positions, faces), axis=1).sum()
    uv = (uv - uv.mean(0)) * np.sqrt(true / flat)
    low = np.ptp(positions[:, 2]) < np.ptp(positions[:, 0])
    gradient = np.linalg.lstsq(uv, (p := positions[:, 0 if low else 2]) - p.mean(), rcond=None)[0]
    up = gradient / np.linalg.norm(gradient)
    return uv @ np.array([[up[1], up[0]], [-up[0], up[1]]])


def _packed(uv: np.ndarray, charts: np.ndarray) -> np.ndarray:
    """Return `uv` with the charts' boxes on shelves of a square of the least size, in [0, 1]."""
    low = np.stack([uv[charts == c].min(0) for c in range(charts.max() + 1)])
    sizes = np.stack([uv[charts == c].max(0) for c in range(len(low))]) - low + _GAP
    side = np.sqrt(sizes.prod(1).sum())
    while (offsets := _shelves(sizes, side)) is None:
        side *= 1.01
    return (uv - low[charts] + offsets[charts] + _GAP / 2) / side


def _shelves(sizes: np.ndarray, side: float) -> np.ndarray | None:
    """Return the corners (C, 2) of boxes on shelves inside a square, None where they do not fit.

    Tallest first; each box goes on the first shelf that has room.
    """
    corners = np.zeros_like(sizes)
    shelves: list[list[float]] = []  # used width, bottom
    top = 0.0
    for box in np.argsort(-sizes[:, 1]):
        shelf = next((s for s in shelves if s[0] + sizes[box, 0] <= side), None)
        if shelf is None:
            shelf = [0.0, top]
            shelves.append(shelf)
            top += sizes[box, 1]
        corners[box] = shelf
        shelf[0] += sizes[box, 0]
    return corners if top <= side and sizes[:, 0].max() <= side else None
