"""Cuts channels of a convolutional network that cannot contribute to its output."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

Array = npt.NDArray[Any]

_SIMD_BLOCK: Final = 8


def cut_dead_channels(graph: onnx.GraphProto, weights: dict[str, Array]) -> None:
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
