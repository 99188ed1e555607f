"""Conversions on small graphs made for the test, checked against plain numpy."""

import numpy as np
import onnx
import onnxruntime
import pytest
from footfall_vision.model_conversion import convert
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(11)


def run(content: bytes, **feeds: np.ndarray) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    outputs: list[np.ndarray] = session.run(None, feeds)
    return outputs


def residual_block(channels: int, dead: list[int], tiny: list[int]) -> tuple[bytes, bytes]:
    """A block of MobileFaceNet with a reshape to [1, -1]; `dead` channels are zero, `tiny` ones denormal.

    Returns the model, and the same with the tiny weights at zero.
    """
    shape = (channels, 3, 1, 1)
    entering = rng.normal(size=shape).astype(np.float32)
    entering[dead] = 0
    depthwise = rng.normal(size=(channels, 1, 3, 3)).astype(np.float32)
    zeros = np.zeros(channels, np.float32)
    slopes = rng.uniform(0.1, 0.5, (channels, 1, 1)).astype(np.float32)
    projecting = rng.normal(size=(2, channels, 1, 1)).astype(np.float32)

    def build(smallest: float) -> bytes:
        first = entering.copy()
        first[tiny] = smallest
        tensors = {
            "w1": first,
            "b1": zeros,
            "s1": slopes,
            "w2": depthwise,
            "b2": zeros,
            "s2": slopes,
            "w3": projecting,
            "b3": np.ones(2, np.float32),
            "shape": np.array([1, -1], np.int64),
        }
        nodes = [
            helper.make_node("Conv", ["input", "w1", "b1"], ["c1"]),
            helper.make_node("PRelu", ["c1", "s1"], ["p1"]),
            helper.make_node("Conv", ["p1", "w2", "b2"], ["c2"], group=channels, pads=[1, 1, 1, 1]),
            helper.make_node("PRelu", ["c2", "s2"], ["p2"]),
            helper.make_node("Conv", ["p2", "w3", "b3"], ["c3"]),
            helper.make_node("Reshape", ["c3", "shape"], ["output"]),
        ]
        graph = helper.make_graph(
            nodes,
            "block",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 4, 4])],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 32])],
            [numpy_helper.from_array(values, name) for name, values in tensors.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=7)
        content: bytes = model.SerializeToString()
        return content

    return build(1e-40), build(0.0)


def test_pruning_changes_no_figure_and_frees_the_batch() -> None:
    source, flushed = residual_block(24, dead=[0, 3, 7, 8, 9], tiny=[4, 5, 20])
    derived = convert(source, "mobilefacenet-prune-1")
    images = rng.normal(size=(5, 3, 4, 4)).astype(np.float32)
    (batch,) = run(derived, input=images)
    assert batch.shape == (5, 32)
    for index in range(len(images)):
        (expected,) = run(flushed, input=images[index : index + 1])
        np.testing.assert_allclose(batch[index : index + 1], expected, atol=1e-5)


def test_pruning_cuts_dead_and_negligible_channels_to_whole_simd_blocks() -> None:
    source, _ = residual_block(24, dead=[0, 3, 7, 8, 9], tiny=[4, 5, 20])
    model = onnx.load_from_string(convert(source, "mobilefacenet-prune-1"))
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    assert weights["w1"].shape == (16, 3, 1, 1)
    assert weights["w2"].shape == (16, 1, 3, 3)
    assert weights["w3"].shape == (2, 16, 1, 1)
    assert "PRelu" not in {node.op_type for node in model.graph.node}
    floats = [values for values in weights.values() if values.dtype == np.float32]
    assert not any(((values != 0) & (np.abs(values) < 1e-12)).any() for values in floats)


def quantised_model(block_size: int, scale: np.ndarray, zero: np.ndarray | None) -> tuple[bytes, np.ndarray]:
    quantised = rng.integers(-127, 127, (4, 6), dtype=np.int8)
    tensors = {"q": quantised, "scale": scale, "shape": np.array([4, 6, 1, 1], np.int64)}
    if zero is not None:
        tensors["zero"] = zero
    attributes = {"axis": 1, **({"block_size": block_size} if block_size else {})}
    graph = helper.make_graph(
        [
            helper.make_node(
                "DequantizeLinear",
                ["q", "scale", *(["zero"] if zero is not None else [])],
                ["w"],
                **attributes,
            ),
            helper.make_node("Reshape", ["w", "shape"], ["kernel"]),
            helper.make_node("Conv", ["input", "kernel"], ["cls"]),
        ],
        "quantised",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 6, 8, 8])],
        [helper.make_tensor_value_info("cls", TensorProto.FLOAT, [1, 4, 8, 8])],
        [numpy_helper.from_array(values, name) for name, values in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    full_scale, full_zero = scale, np.zeros_like(scale) if zero is None else zero.astype(np.float32)
    if block_size:
        full_scale = np.repeat(scale, block_size, 1)[:, :6]
        full_zero = np.repeat(full_zero, block_size, 1)[:, :6]
    return model.SerializeToString(), ((quantised - full_zero) * full_scale).astype(np.float32)


@pytest.mark.parametrize(
    ("block_size", "scale", "zero"),
    [
        (4, rng.uniform(0.01, 0.1, (4, 2)).astype(np.float32), rng.integers(-5, 5, (4, 2), dtype=np.int8)),
        (3, rng.uniform(0.01, 0.1, (4, 2)).astype(np.float32), None),
        (0, rng.uniform(0.01, 0.1, 6).astype(np.float32), rng.integers(-5, 5, 6, dtype=np.int8)),
        (0, np.float32(0.02), None),
    ],
    ids=["blocks with zero points", "blocks", "per channel", "per tensor"],
)
def test_folding_computes_the_weights_that_the_quantised_form_stands_for(
    block_size: int, scale: np.ndarray, zero: np.ndarray | None
) -> None:
    source, weights = quantised_model(block_size, np.asarray(scale), zero)
    model = onnx.load_from_string(convert(source, "yunet-fold-1"))
    assert [node.op_type for node in model.graph.node] == ["Conv"]
    (kernel,) = model.graph.initializer
    np.testing.assert_array_equal(numpy_helper.to_array(kernel).reshape(4, 6), weights)
    assert [side.dim_param for side in model.graph.input[0].type.tensor_type.shape.dim][2:] == [
        "height",
        "width",
    ]


def test_conversions_are_deterministic() -> None:
    block, _ = residual_block(16, dead=[1], tiny=[2])
    assert convert(block, "mobilefacenet-prune-1") == convert(block, "mobilefacenet-prune-1")
    assert convert(b"any bytes", "as-is") == b"any bytes"


def test_an_unknown_conversion_is_an_error() -> None:
    with pytest.raises(KeyError):
        convert(b"", "nonesuch")


def test_bytes_in_a_python_module_are_read_and_the_module_is_never_run() -> None:
    source = b"import nowhere\nraise SystemExit\nOTHER = b'x'\nWEIGHTS = b'\\x08\\x06' b'\\xff'\n"
    assert convert(source, "python-literal-1") == b"\x08\x06\xff"
    with pytest.raises(ValueError, match="assigns no bytes"):
        convert(b"WEIGHTS = 3\n", "python-literal-1")
    with pytest.raises(ValueError, match="malformed node"):
        convert(b"WEIGHTS = open('/etc/passwd').read()\n", "python-literal-1")
