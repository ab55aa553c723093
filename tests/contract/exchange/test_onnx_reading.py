"""ONNX files of any program are read as layers that compute what onnxruntime computes; the rest is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from cnnviz.engine.exchange.onnx_reading import read_onnx
from cnnviz.errors import FileError
from tests.contract.exchange.foreign import Step, answer_of, drawn, model, module_of, written

W3 = drawn(4, 2, 3, 3)
W = {"conv.weight": W3, "conv.bias": drawn(4)}
CONV = ["x", "conv.weight", "conv.bias"]


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


FLOOR = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}

NETWORKS: dict[str, tuple[list[Step], tuple[int, ...], dict[str, Any]]] = {
    "asymmetric pads that are same": ([("Conv", CONV, {"pads": [0, 0, 1, 1], "strides": [2, 2]})], (2, 8, 8), W),
    "asymmetric pads that are not": ([("Conv", CONV, {"pads": [2, 0, 0, 1]})], (2, 7, 8), W),
    "auto_pad": ([("Conv", CONV, {"auto_pad": "SAME_UPPER", "strides": [2, 1]})], (2, 7, 8), W),
    "groups, dilation, no bias": (
        [("Conv", ["x", "w"], {"group": 2, "dilations": [2, 1], "pads": [1, 1, 1, 1]})], (4, 8, 8), {"w": W3},
    ),
    "bias added behind": ([("Conv", ["x", "w"], {}), ("Add", ["v0", "b"], {})], (2, 5, 5),
                          {"w": W3, "b": drawn(4).reshape(1, 4, 1, 1)}),
    "conv 1D and 3D": ([("Conv", ["x", "w"], {"pads": [1, 1]})], (3, 9), {"w": drawn(2, 3, 4)}),
    "transposed": (
        [("ConvTranspose", ["x", "w"], {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]})],
        (4, 5, 6), {"w": W3},
    ),
    "pools rounded up": ([("MaxPool", ["x"], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
                          ("AveragePool", ["v0"], {"kernel_shape": [2, 2], "pads": [1, 1, 1, 1]})], (2, 8, 8), {}),
    "means that count zeros": (
        [("AveragePool", ["x"], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1})], (2, 6, 6), {},
    ),
    "pad before a convolution": (
        [("Pad", ["x", "pads"], {}), ("Conv", ["v0", "w"], {})], (2, 6, 6),
        {"pads": ints(0, 0, 1, 1, 0, 0, 1, 1), "w": W3},
    ),
    "reflection": ([("Pad", ["x", "pads"], {"mode": "reflect"})], (2, 6, 6), {"pads": ints(0, 0, 1, 2, 0, 0, 0, 1)}),
    "batch norm": ([("BatchNormalization", ["x", "s", "b", "m", "v"], {"epsilon": 1e-3})], (3, 4, 4),
                   {"s": drawn(3), "b": drawn(3), "m": drawn(3), "v": np.abs(drawn(3)) + 1}),
    "gemm": ([("Gemm", ["x", "w", "b"], {"alpha": 0.5, "beta": 2.0})], (5,), {"w": drawn(5, 3), "b": drawn(3)}),
    "matmul and add": ([("MatMul", ["x", "w"], {}), ("Add", ["v0", "b"], {}), ("Softmax", ["v1"], {})], (5,),
                       {"w": drawn(5, 3), "b": drawn(3)}),
    "flatten by computing with shapes": (
        [("Shape", ["x"], {}), ("Gather", ["v0", "zero"], {}), ("Unsqueeze", ["v1", "zero1"], {}),
         ("Concat", ["v2", "rest"], {"axis": 0}), ("Reshape", ["x", "v3"], {}), ("Gemm", ["v4", "w"], {"transB": 1})],
        (2, 3, 3), {"zero": np.array(0), "zero1": ints(0), "rest": ints(-1), "w": drawn(4, 18)},
    ),
    "global pools": ([("GlobalAveragePool", ["x"], {}), ("Flatten", ["v0"], {})], (3, 5, 4), {}),
    "mean of maps": ([("ReduceMean", ["x", "axes"], {"keepdims": 0})], (3, 5, 4), {"axes": ints(2, 3)}),
    "squeeze and excite": (
        [("GlobalMaxPool", ["x"], {}), ("Conv", ["v0", "w"], {}), ("Sigmoid", ["v1"], {}), ("Flatten", ["v2"], {})],
        (3, 5, 4), {"w": drawn(2, 3, 1, 1)},
    ),
    "swish": ([("Sigmoid", ["x"], {}), ("Mul", ["x", "v0"], {})], (3, 4), {}),
    "merges": ([("Relu", ["x"], {}), ("Sub", ["x", "v0"], {}), ("Mul", ["v1", "x"], {}), ("Max", ["v2", "v0", "x"], {}),
                ("Mean", ["v3", "x"], {}), ("Concat", ["v4", "x"], {"axis": 1})], (2, 3, 3), {}),
    "activations": ([("LeakyRelu", ["x"], {"alpha": 0.2}), ("Elu", ["v0"], {"alpha": 0.7}), ("Softplus", ["v1"], {}),
                     ("Tanh", ["v2"], {})], (2, 3), {}),
    "response norm": ([("LRN", ["x"], {"size": 3, "alpha": 0.01, "bias": 2.0})], (5, 3, 3), {}),
    "instance norm": ([("InstanceNormalization", ["x", "s", "b"], {})], (3, 4, 4), {"s": drawn(3), "b": drawn(3)}),
    "layer norm": ([("LayerNormalization", ["x", "s", "b"], {"axis": 1})], (3, 4),
                   {"s": drawn(3, 4), "b": drawn(3, 4)}),
    "enlarged by half pixels": ([("Resize", ["x", "", "scales"], {"mode": "nearest"})], (2, 3, 4),
                                {"scales": np.array([1, 1, 2, 3], np.float32)}),
    "enlarged evenly": ([("Resize", ["x", "", "scales"], {"mode": "linear"})], (2, 3, 4),
                        {"scales": np.array([1, 1, 2, 3], np.float32)}),
    "enlarged": ([("Resize", ["x", "", "scales"], FLOOR)], (2, 3, 4), {"scales": np.array([1, 1, 2, 3], np.float32)}),
    "turned": ([("Transpose", ["x"], {"perm": [0, 3, 1, 2]}), ("Slice", ["v0", "from", "to", "axes"], {})], (2, 3, 4),
               {"from": ints(1), "to": ints(2), "axes": ints(3)}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(NETWORKS))
def test_networks_compute_what_onnxruntime_computes(name: str, tmp_path: Path) -> None:
    steps, shape, arrays = NETWORKS[name]
    path = written(tmp_path / "net.onnx", model(steps, shape, arrays))
    x = drawn(3, *shape, seed=1)
    expected = onnxruntime.InferenceSession(path.read_bytes()).run(None, {"x": x})[0]
    np.testing.assert_allclose(answer_of(module_of(read_onnx(path)), x), expected, rtol=1e-5, atol=1e-5)


def test_names_come_from_weights_and_modules(tmp_path: Path) -> None:
    first: Step = ("Conv", ["x", "features.0.weight"], {})
    steps = [first, ("Relu", ["v0"], {}), ("Relu", ["v1"], {"name": "/act/Relu"})]
    path = written(tmp_path / "a net.onnx", model(steps, (2, 5, 5), {"features.0.weight": W3}))
    found = read_onnx(path)
    assert [node.name for node in found.graph] == ["x", "features_0", "relu", "act"]
    assert list(found.weights) == ["features_0.weight"]
    assert found.graph.title == "a net"


def test_several_outputs_are_marked(tmp_path: Path) -> None:
    made = model([("Relu", ["x"], {}), ("Tanh", ["v0"], {}), ("Sigmoid", ["x"], {})], (3,))
    made.graph.output.append(helper.make_tensor_value_info("v0", TensorProto.FLOAT, None))
    found = read_onnx(written(tmp_path / "net.onnx", made))
    report = found.graph.summary().require()
    assert len(report.outputs) == 2
    assert any("several outputs" in each for each in found.remarks)
    assert any("leads to no output: tanh" in each for each in found.remarks)


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_onnx(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("steps", "arrays", "words"),
    [
        ([("Relu", ["x"], {}), ("Einsum", ["v0"], {"equation": "bi->bi", "name": "odd"})], {}, "Einsum (odd)"),
        ([("Softmax", ["x"], {"axis": 2})], {}, "operator 1 (Softmax): turns scores into probabilities along another"),
        ([("Mul", ["x", "c"], {})], {"c": np.float32(2)}, "multiplies by a constant"),
        ([("Conv", ["x", "w"], {})], {"w": drawn(4, 3, 3, 3)}, "but 4×2×3×3 is needed"),
        ([("Conv", ["x", "w"], {})], {"w": drawn(4, 2, 9, 9)}, "does not fit into 5 cells"),
        ([("Conv", ["x", "w"], {})], {"w": drawn(4, 2, 3, 3) * np.nan}, "values that are no numbers"),
        ([("Conv", ["x", "lost"], {})], {}, "reads 'lost', which nothing before it gives"),
        ([("Reshape", ["x", "to"], {})], {"to": ints(5, -1)}, "mixes samples of the batch"),
        ([("Concat", ["x", "x"], {"axis": 0})], {}, "joins along another dimension"),
        ([("MaxPool", ["x"], {"kernel_shape": [2, 2], "dilations": [2, 2]})], {}, "gaps in its window"),
        ([("Relu", ["x"], {})] * 5001, {}, "has 5,001 operators; cnnviz draws up to 5,000"),
    ],
)  # fmt: skip
def test_what_no_layer_does_is_named(
    steps: list[Step], arrays: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "net.onnx", model(steps, (2, 5, 5), arrays))
    text = refusal(path)
    assert words in text
    assert str(path) in text


def test_files_beside_free_sizes_and_new_operators_are_refused(tmp_path: Path) -> None:
    made = model([("Conv", ["x", "w"], {})], (2, 5, 5), {"w": W3})
    onnx.external_data_helper.set_external_data(made.graph.initializer[0], "../secret")
    assert "weights lie in other files" in refusal(written(tmp_path / "beside.onnx", made))
    made = model([("Relu", ["x"], {})], (2, 5, 5))
    made.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"
    assert "its shape is not fixed" in refusal(written(tmp_path / "free.onnx", made))
    assert "of version 99" in refusal(
        written(tmp_path / "new.onnx", model([("Relu", ["x"], {})], (2,), opset=99))
    )
