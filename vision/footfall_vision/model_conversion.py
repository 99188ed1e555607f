"""Turns published model files into the ones that run. Needs onnx; everything else does without.

Every conversion is deterministic: the same source bytes give the same derived bytes with the pinned
onnx and protobuf, whose SHA-256 the registry pins. All arithmetic is single IEEE-754 operations.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

Array = npt.NDArray[Any]

_NEGLIGIBLE: Final = 1e-12
"""Weights below this are zeroed. Denormal weights slow a CPU some sevenfold and change no output bit."""
_SIMD_BLOCK: Final = 8


def convert(source: bytes, conversion: str) -> bytes:
    """Derived model file of a published one.

    Raises KeyError for an unknown conversion, and whatever onnx raises for a source that is no model.
    """
    return _CONVERSIONS[conversion](source)


def _as_is(source: bytes) -> bytes:
    return source


def _yunet_fold(source: bytes) -> bytes:
    model = onnx.load_from_string(source)
    _fold_quantised_weights(model.graph)
    shape = model.graph.input[0].type.tensor_type.shape.dim
    shape[2].dim_param, shape[3].dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{output.name}"
    return _serialise(model)


def _sface_fold(source: bytes) -> bytes:
    model = onnx.load_from_string(source)
    _fold_quantised_weights(model.graph)
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
    _cut_dead_channels(graph, weights)
    _replace_initializers(graph, weights)
    _split_prelu(graph)
    return _serialise(model)


_CONVERSIONS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "as-is": _as_is,
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


def _fold_quantised_weights(graph: onnx.GraphProto) -> None:
    """Replace every DequantizeLinear of a constant, and the reshape behind it, by the float weights.

    onnxruntime 1.31 refuses the block-quantised form, and folding costs only 0.1 MB.
    """
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    folded: dict[str, Array] = {}
    nodes = []
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in constants:
            folded[node.output[0]] = _dequantised(node, constants)
        elif node.op_type == "Reshape" and node.input[0] in folded:
            shape = [int(side) for side in constants[node.input[1]]]
            folded[node.output[0]] = folded[node.input[0]].reshape(shape)
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    inputs = [value for value in graph.input if value.name not in constants and value.name in used]
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    kept += [numpy_helper.from_array(values, name) for name, values in folded.items() if name in used]
    _replace(graph.node, nodes)
    _replace(graph.input, inputs)
    _replace(graph.initializer, kept)


def _replace(field: Any, values: Iterable[Any]) -> None:
    kept = list(values)
    del field[:]
    field.extend(kept)


def _dequantised(node: onnx.NodeProto, constants: Mapping[str, Array]) -> npt.NDArray[np.float32]:
    """(x - zero point) * scale, as ONNX defines DequantizeLinear per tensor, per axis and per block."""
    attributes = {attribute.name: attribute.i for attribute in node.attribute}
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
    values = constants[node.input[0]].astype(np.float32)
    scale = constants[node.input[1]].astype(np.float32)
    has_zero = len(node.input) > 2 and bool(node.input[2])  # noqa: PLR2004 (the third input is optional)
    zero = constants[node.input[2]].astype(np.float32) if has_zero else np.zeros_like(scale)
    if block:
        whole = [slice(None)] * values.ndim
        whole[axis] = slice(0, values.shape[axis])
        scale = np.repeat(scale, block, axis)[tuple(whole)]
        zero = np.repeat(zero, block, axis)[tuple(whole)]
    elif scale.ndim == 1 and scale.size > 1:
        per_axis = [1] * values.ndim
        per_axis[axis] = -1
        scale, zero = scale.reshape(per_axis), zero.reshape(per_axis)
    return ((values - zero) * scale).astype(np.float32)


def _cut_dead_channels(graph: onnx.GraphProto, weights: dict[str, Array]) -> None:
    """Cut channels that are zero for every input from each inverted residual block.

    A block is 1x1 Conv, PRelu, depthwise Conv, PRelu, 1x1 Conv without branches. A channel is dead when
    nothing comes in (zero weights and bias) and the depthwise bias is zero, or when nothing goes out.
    """
    consumers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    for expand in graph.node:
        block = _inverted_residual(expand, consumers, weights)
        if block is None:
            continue
        first_slope, depthwise, second_slope, project = block
        entering = weights[expand.input[1]]
        count = entering.shape[0]
        alive = _any_weight(entering) | (weights[expand.input[2]] != 0)
        alive = (alive & _any_weight(weights[depthwise.input[1]])) | (weights[depthwise.input[2]] != 0)
        alive &= _any_weight(weights[project.input[1]].swapaxes(0, 1))
        kept = _whole_blocks(alive)
        for name in (*expand.input[1:], first_slope.input[1], *depthwise.input[1:], second_slope.input[1]):
            if weights[name].shape[0] == count:
                weights[name] = weights[name][kept]
        weights[project.input[1]] = weights[project.input[1]][:, kept]
        next(item for item in depthwise.attribute if item.name == "group").i = len(kept)


def _inverted_residual(
    expand: onnx.NodeProto, consumers: Mapping[str, list[onnx.NodeProto]], weights: Mapping[str, Array]
) -> tuple[onnx.NodeProto, onnx.NodeProto, onnx.NodeProto, onnx.NodeProto] | None:
    if expand.op_type != "Conv" or weights[expand.input[1]].shape[2:] != (1, 1):
        return None
    chain = [expand]
    for kind in ("PRelu", "Conv", "PRelu", "Conv"):
        after = consumers.get(chain[-1].output[0], [])
        if len(after) != 1 or after[0].op_type != kind:
            return None
        chain.append(after[0])
    _, first_slope, depthwise, second_slope, project = chain
    if weights[depthwise.input[1]].shape[1] != 1 or weights[project.input[1]].shape[2:] != (1, 1):
        return None
    return first_slope, depthwise, second_slope, project


def _any_weight(values: Array) -> npt.NDArray[np.bool_]:
    alive: npt.NDArray[np.bool_] = (values.reshape(values.shape[0], -1) != 0).any(axis=1)
    return alive


def _whole_blocks(alive: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Indices that stay, filled up with dead ones to a multiple of the SIMD width."""
    living, dead = np.nonzero(alive)[0], np.nonzero(~alive)[0]
    return np.sort(np.concatenate([living, dead[: -len(living) % _SIMD_BLOCK]]))


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
    _replace(graph.node, nodes)
