"""Turns published model files into the ones that run. Needs onnx; everything else does without.

Every conversion is deterministic: the same source bytes give the same derived bytes with the pinned
onnx and protobuf, whose SHA-256 the registry pins. All arithmetic is single IEEE-754 operations.
"""

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from footfall_vision.channel_pruning import cut_dead_channels
from footfall_vision.weight_folding import fold_quantised_weights

Array = npt.NDArray[Any]

_NEGLIGIBLE: Final = 1e-12
"""Weights below this are zeroed. Denormal weights slow a CPU some sevenfold and change no output bit."""


def convert(source: bytes, conversion: str) -> bytes:
    """Derived model file of a published one.

    Raises KeyError for an unknown conversion, and whatever onnx raises for a source that is no model.
    """
    return _CONVERSIONS[conversion](source)


def _as_is(source: bytes) -> bytes:
    return source


def _python_literal(source: bytes) -> bytes:
    """The bytes that a Python module assigns to WEIGHTS. The module is read, and never run."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "WEIGHTS" for target in node.targets
        ):
            value = ast.literal_eval(node.value)
            if isinstance(value, bytes):
                return value
    raise ValueError("the module assigns no bytes to WEIGHTS")


def _yunet_fold(source: bytes) -> bytes:
    model = onnx.load_from_string(source)
    fold_quantised_weights(model.graph)
    shape = model.graph.input[0].type.tensor_type.shape.dim
    shape[2].dim_param, shape[3].dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{output.name}"
    return _serialise(model)


def _sface_fold(source: bytes) -> bytes:
    model = onnx.load_from_string(source)
    fold_quantised_weights(model.graph)
    _free_batch(model.graph)
    return _serialise(model)


def _mobilefacenet_prune(source: bytes) -> bytes:
    model = onnx.load_from_string(source)
    graph = model.graph
    _free_batch(graph)
    weights = {tensor.name: numpy_helper.to_array(tensor).copy() for tensor in graph.initializer}
    # The exporter froze a batch of one into the last reshape.
    reshape = next(node for node in graph.node if node.op_type == "Reshape")
    dimension = graph.output[0].type.tensor_type.shape.dim[1].dim_value
    weights[reshape.input[1]] = np.array([-1, dimension], np.int64)
    for values in weights.values():
        if values.dtype == np.float32:
            values[np.abs(values) < _NEGLIGIBLE] = 0
    cut_dead_channels(graph, weights)
    _replace_initializers(graph, weights)
    _split_prelu(graph)
    return _serialise(model)


_CONVERSIONS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "as-is": _as_is,
        "python-literal-1": _python_literal,
        "yunet-fold-1": _yunet_fold,
        "sface-fold-1": _sface_fold,
        "mobilefacenet-prune-1": _mobilefacenet_prune,
    }
)


def _serialise(model: onnx.ModelProto) -> bytes:
    # Recorded shapes are those of the fixed input; onnxruntime infers them anew.
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _free_batch(graph: onnx.GraphProto) -> None:
    for value in (graph.input[0], graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"


def _replace_initializers(graph: onnx.GraphProto, weights: Mapping[str, Array]) -> None:
    names = [tensor.name for tensor in graph.initializer]
    tensors = [numpy_helper.from_array(np.ascontiguousarray(weights[name]), name) for name in names]
    del graph.initializer[:]
    graph.initializer.extend(tensors)


def _split_prelu(graph: onnx.GraphProto) -> None:
    """PRelu(x) = Relu(x) + slope * (x - Relu(x)): elementwise kernels that onnxruntime vectorises."""
    nodes = []
    for node in graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        (value, slope), out = node.input, node.output[0]
        positive, negative, scaled = f"{out}_positive", f"{out}_negative", f"{out}_scaled"
        nodes += [
            helper.make_node("Relu", [value], [positive]),
            helper.make_node("Sub", [value, positive], [negative]),
            helper.make_node("Mul", [negative, slope], [scaled]),
            helper.make_node("Add", [positive, scaled], [out]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)
