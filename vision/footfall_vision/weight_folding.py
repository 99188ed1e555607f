"""Turns block-quantised weights back into float ones."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

Array = npt.NDArray[Any]


def fold_quantised_weights(graph: onnx.GraphProto) -> None:
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
