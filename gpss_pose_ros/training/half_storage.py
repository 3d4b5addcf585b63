"""Networks whose file holds the weights in 16 bits, half the size; an engine computes in 32.

Each large tensor of weights is stored as float16 with a Cast behind it, which ONNX Runtime works
out once, when it loads the file.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

_LEAST_SIZE = 256
"""Numbers in a tensor that is worth it."""
_STORED = "_16"


def halve(path: Path) -> None:
    """Rewrite the network in `path` with its weights stored in 16 bits."""
    network = onnx.load(path)
    graph, kept, casts = network.graph, [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LEAST_SIZE:
            kept.append(tensor)
            continue
        stored = tensor.name + _STORED
        kept.append(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [tensor.name], to=onnx.TensorProto.FLOAT))
    _exchange(graph, kept, [*casts, *graph.node])
    onnx.save(network, path)


def load_whole(path: Path) -> onnx.ModelProto:
    """Return the network in `path`, halved or not, with its weights in 32 bits."""
    network = onnx.load(path)
    graph, kept = network.graph, []
    halves = {node.input[0]: node for node in graph.node if _is_of_weights(node)}
    for tensor in graph.initializer:
        if tensor.name in halves:
            values = numpy_helper.to_array(tensor).astype(np.float32)
            tensor = numpy_helper.from_array(values, halves[tensor.name].output[0])
        kept.append(tensor)
    _exchange(graph, kept, [node for node in graph.node if not _is_of_weights(node)])
    return network


def _exchange(
    graph: onnx.GraphProto, weights: list[onnx.TensorProto], nodes: list[onnx.NodeProto]
) -> None:
    """Give a graph other weights and nodes."""
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(weights)
    graph.node.extend(nodes)


def _is_of_weights(node: onnx.NodeProto) -> bool:
    return bool(node.op_type == "Cast" and node.input[0].endswith(_STORED))
