"""Correlation clustering: groups whose members attract each other, at most one a camera.

Maximises the sum of the evidence inside groups. Pairs that are no candidates repel. Groups grow by
greedy additive edge contraction (Keuper et al., "Efficient decomposition of image and mesh graphs
by lifted multicuts", ICCV 2015): the two groups that attract each other most are joined and their
evidence towards others is added up. Here every two groups that are each other's first choice are
joined at once, so that the number of rounds hardly grows with the number of people. Then single
observations move, or trade places, while that improves the sum.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

IntArray = npt.NDArray[np.intp]

_MAX_PASSES = 20
_LEAST_GAIN = 1e-9


def clustered(
    pairs: IntArray, evidence: FloatArray, camera_of: IntArray, repulsion: float
) -> IntArray:
    """Return a group label (N,) for each of N observations.

    Args:
        pairs: (P, 2) candidates, of different cameras, each once.
        evidence: (P,) of each pair for being one person; negative against it.
        camera_of: (N,) index of the camera of each observation.
        repulsion: what each pair that is no candidate counts against being one person, above 0.
    """
    graph = _Graph(pairs, evidence + repulsion, camera_of, repulsion)
    labels = _contracted(graph, np.arange(len(camera_of)))
    for _ in range(_MAX_PASSES):
        moved = _moved(graph, labels)
        if np.array_equal(moved, labels):
            break
        labels = _contracted(graph, moved)
    return labels


@dataclass(frozen=True, eq=False)
class _Graph:
    """Candidates and what they weigh above the repulsion that every pair has.

    So a group of n observations is worth the weights inside it, less repulsion n (n - 1) / 2.
    """

    pairs: IntArray
    weights: FloatArray
    camera_of: IntArray
    repulsion: float

    def cameras_in(self, labels: IntArray) -> npt.NDArray[np.uint8]:
        """Return the cameras that each group (N, bytes) has, a bit each."""
        present = np.zeros((len(labels), self.camera_of.max(initial=0) + 1), dtype=bool)
        present[labels, self.camera_of] = True
        return np.packbits(present, axis=1)


def _contracted(graph: _Graph, labels: IntArray) -> IntArray:
    """Join groups that attract each other until none do."""
    edges, weights = np.ascontiguousarray(graph.pairs.T), graph.weights
    cameras = graph.cameras_in(labels)
    while True:
        edges, weights = _between_groups(labels, edges, weights)
        possible = ~(cameras[edges[0]] & cameras[edges[1]]).any(axis=1)  # each camera once
        edges, weights = edges[:, possible], weights[possible]
        first, second = _most_attractive(graph, labels, edges, weights)
        if not len(first):
            return labels
        cameras[first] |= cameras[second]
        target = np.arange(len(labels))
        target[second] = first
        labels = target[labels]


def _between_groups(
    labels: IntArray, edges: IntArray, weights: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the edges (2, E) between groups, each once, and their summed weights (E,)."""
    N = len(labels)
    one, other = labels[edges]
    between = one != other
    one, other = one[between], other[between]
    keys, summed = _summed(np.minimum(one, other) * N + np.maximum(one, other), weights[between])
    return np.array(np.divmod(keys, N)), summed


def _most_attractive(
    graph: _Graph, labels: IntArray, edges: IntArray, weights: FloatArray
) -> tuple[IntArray, IntArray]:
    """Return groups (M,) and (M,) that attract each other, and more than all others."""
    sizes = np.bincount(labels, minlength=len(labels))
    one, other = edges
    gain = weights - graph.repulsion * (sizes[one] * sizes[other])
    best = np.full(len(labels), _LEAST_GAIN)
    for side in edges:
        np.maximum.at(best, side, gain)
    foremost = gain >= np.maximum(best[one], best[other])
    one, other, gain = one[foremost], other[foremost], gain[foremost]
    order = np.lexsort((other, one, -gain))
    first, second = one[order], other[order]
    rank = np.arange(len(first))
    choice = np.full(len(labels), len(first))
    np.minimum.at(choice, first, rank)
    np.minimum.at(choice, second, rank)
    mutual = (choice[first] == rank) & (choice[second] == rank)
    return first[mutual], second[mutual]


def _moved(graph: _Graph, labels: IntArray) -> IntArray:
    """Return the labels after moves that gain; of moves that touch the same group only the best.

    An observation may go to a group without its camera, trade places with the one of its camera in
    another group, or leave its group and stay alone.
    """
    moved: IntArray = labels.copy()
    touched = np.zeros(len(labels), dtype=bool)
    unused = iter(np.flatnonzero(np.bincount(labels, minlength=len(labels)) == 0))
    for i, k, target in _moves(graph, labels):
        source = labels[i]
        if touched[source] or (target >= 0 and touched[target]):
            continue
        touched[[source, target] if target >= 0 else source] = True
        moved[i] = target if target >= 0 else next(unused)
        if k >= 0:
            moved[k] = source
    return moved


def _moves(graph: _Graph, labels: IntArray) -> list[tuple[int, int, int]]:
    """Return moves that gain, greatest gain first: observation, who trades with it, target group.

    -1 where nobody trades, and where it stays alone.
    """
    N, camera_of = len(labels), graph.camera_of
    nodes, groups, weights = _pulls(graph, labels)
    sizes = np.bincount(labels, minlength=N)
    stay = -graph.repulsion * (sizes[labels] - 1.0)
    own = groups == labels[nodes]
    stay[nodes[own]] += weights[own]
    leave = np.flatnonzero(-stay > _LEAST_GAIN)

    occupant = np.full((N, camera_of.max(initial=0) + 1), -1)
    occupant[labels, camera_of] = np.arange(N)
    nodes, groups, weights = nodes[~own], groups[~own], weights[~own]
    others = occupant[groups, camera_of[nodes]]
    trades = others >= 0
    gain = weights - graph.repulsion * (sizes[groups] - trades) - stay[nodes]
    back = _looked_up(nodes * N + groups, weights, others * N + labels[nodes])
    back -= graph.repulsion * (sizes[labels[nodes]] - 1.0)
    gain += np.where(trades, back - stay[others], 0.0)
    go = np.flatnonzero(gain > _LEAST_GAIN)

    alone = np.full(len(leave), -1)
    i = np.concatenate([leave, nodes[go]])
    k = np.concatenate([alone, others[go]])
    target = np.concatenate([alone, groups[go]])
    order = np.lexsort((target, i, -np.concatenate([-stay[leave], gain[go]])))
    return list(zip(i[order].tolist(), k[order].tolist(), target[order].tolist(), strict=True))


def _pulls(graph: _Graph, labels: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return observation, group and summed weight (E,) of all candidates between the two."""
    one, other = graph.pairs.T
    keys = np.concatenate([one * len(labels) + labels[other], other * len(labels) + labels[one]])
    keys, summed = _summed(keys, np.tile(graph.weights, 2))
    nodes, groups = np.divmod(keys, len(labels))
    return nodes, groups, summed


def _summed(keys: IntArray, weights: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return each key once, ascending, and the sum of its weights."""
    order = keys.argsort(kind="stable")
    keys = keys[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(fresh)
    summed: FloatArray = np.add.reduceat(weights[order], starts) if len(keys) else weights
    return keys[starts], summed


def _looked_up(keys: IntArray, values: FloatArray, wanted: IntArray) -> FloatArray:
    """Return the values of the wanted keys, 0 where there is none; keys ascend."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0.0)
