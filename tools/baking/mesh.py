"""Small operations on triangle meshes."""

import numpy as np
from scipy import sparse


def neighbour_average(faces: np.ndarray, count: int) -> sparse.csr_matrix:
    """Return the (V, V) matrix that replaces a vertex value by its neighbours' mean."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    adjacency = sparse.coo_matrix((np.ones(len(edges)), tuple(edges.T)), shape=(count, count))
    adjacency = ((adjacency + adjacency.T) > 0).astype(float).tocsr()
    return sparse.diags(1.0 / np.asarray(adjacency.sum(1)).ravel()) @ adjacency


def face_neighbours(faces: np.ndarray) -> sparse.csr_matrix:
    """Return the (F, F) adjacency of faces that share an edge."""
    owner = np.tile(np.arange(len(faces)), 3)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, edge = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True)
    incidence = sparse.coo_matrix((np.ones(len(edge)), (owner, edge.ravel()))).tocsr()
    shared = (incidence @ incidence.T).tolil()
    shared.setdiag(0)
    return shared.tocsr()


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return (F, 3) normals, twice the face's area long."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return np.cross(b - a, c - a)


def vertex_normals(
    vertices: np.ndarray, faces: np.ndarray, average: sparse.csr_matrix, rounds: int = 2
) -> np.ndarray:
    """Return (V, 3) unit normals, smoothed over `rounds` rings of neighbours."""
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], face_normals(vertices, faces))
    for _ in range(rounds):
        normals = unit(normals)
        normals = normals + average @ normals
    return unit(normals)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return `vectors` (N, D) at length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
