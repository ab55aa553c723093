"""Every layer kind against torch on the meta device: shapes, parameters, refusals; and its way through JSON."""

from __future__ import annotations

import json
from random import Random

import pytest
import torch
from torch import nn

from cnnviz.errors import ShapeError
from cnnviz.layers import LAYERS, Layer, Shape, layer_from_dict
from tests.contract.layers.draws import (
    ANY_RANK,
    RANKS,
    draw_fitting,
    draw_layer,
    draw_shapes,
    modules_of,
    run,
)

KINDS = list(LAYERS)
ORACLES = {
    "conv": "Conv", "depthwise_conv": "Conv", "locally_connected": "Conv", "conv_transpose": "ConvTranspose",
    "maxpool": "MaxPool", "avgpool": "AvgPool", "lppool": "AvgPool",
}  # fmt: skip
"""torch's modules that refuse the same settings; its LPPool has no padding."""
WINDOWED = [kind for kind in LAYERS if kind[:-2] in ORACLES]


def test_every_kind_is_drawn() -> None:
    assert set(RANKS) == set(LAYERS)


@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_parameters_equal_torch(kind: str) -> None:
    random = Random(kind)
    for _ in range(150):
        layer, shapes = draw_fitting(kind, random)
        with torch.device("meta"):
            modules = modules_of(layer, shapes)
            inputs = [
                torch.zeros(2, *(shapes[port] if shapes else layer.out_shape())) for port in _ports(shapes)
            ]
            assert tuple(run(modules, *inputs).shape) == (2, *layer.out_shape(*shapes)), (layer, shapes)
        assert _arrays(modules) == {p.name: (p.shape, p.trainable) for p in layer.parameters(*shapes)}
        assert layer.macs(*shapes) >= 0


@pytest.mark.parametrize("kind", WINDOWED)
def test_refuses_what_torch_refuses(kind: str) -> None:
    random = Random(kind)
    verdicts = []
    for _ in range(250):
        layer = draw_layer(kind, random)
        if layer.to_dict()["padding"] == "same":  # TensorFlow's rule, which torch does not have with strides
            continue
        shapes = draw_shapes(layer, random)
        if kind in ("avgpool3d", "lppool3d") and _wider_than_input(
            layer, shapes[0]
        ):  # torch looks at the input before padding
            continue
        verdicts.append(_refused(layer, shapes))
        assert _torch_refuses(layer, shapes[0]) == verdicts[-1], (layer, shapes)
    assert 5 < sum(verdicts) < len(verdicts) - 5


MERGES = {
    "concat": lambda a, b: torch.cat([a, b], 1),
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "maximum": torch.maximum,
    "average": lambda a, b: (a + b) / 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", MERGES)
def test_merging_refuses_what_torch_refuses(kind: str) -> None:
    """What joins value by value is stricter by design: torch would stretch a dimension of 1, which hides mistakes."""
    random = Random(kind)
    refused = 0
    for _ in range(200):
        rank = random.choice((1, 2, 3))
        shapes = tuple(tuple(random.randint(1, 3) for _ in range(rank)) for _ in range(2))
        tensors = [torch.zeros(2, *shape, device="meta") for shape in shapes]
        try:
            LAYERS[kind]().out_shape(*shapes)
        except ShapeError:
            refused += 1
            if kind == "concat" or not _stretches(*shapes):
                with pytest.raises(RuntimeError):
                    MERGES[kind](*tensors)
        else:
            MERGES[kind](*tensors)
    assert refused > 20


@pytest.mark.parametrize("kind", ["group_norm", "instance_norm", "local_response_norm"])
def test_normalising_refuses_what_torch_refuses(kind: str) -> None:
    random = Random(kind)
    verdicts = []
    for _ in range(300):
        layer = draw_layer(kind, random)
        rank = random.choice((1, 2, 3, 4))
        shape = (random.randint(1, 6), *(random.randint(1, 3) for _ in range(rank - 1)))
        verdicts.append(_refused(layer, (shape,)))
        try:
            _torch_norm(layer, shape)(torch.zeros(1, *shape, device="meta"))
        except (RuntimeError, ValueError, AttributeError):
            assert verdicts[-1], (layer, shape)
        else:
            assert not verdicts[-1], (layer, shape)
    assert 5 < sum(verdicts) < len(verdicts) - 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if RANKS[kind]])
def test_every_other_rank_is_refused_or_taken_by_torch(kind: str) -> None:
    """A rank outside of the listed ones raises ShapeError; Dense takes vectors alone, unlike torch's Linear."""
    layer = LAYERS[kind]()
    for rank in range(1, 6):
        shapes = ((12,) * rank,) * max(layer.fewest_inputs, 1)
        if rank in RANKS[kind] and (kind != "permute" or rank == len(layer.to_dict()["order"])):
            layer.out_shape(*shapes)
        elif kind not in ANY_RANK:
            with pytest.raises(ShapeError):
                layer.out_shape(*shapes)


@pytest.mark.parametrize("kind", KINDS)
def test_json_round_trip(kind: str) -> None:
    random = Random(kind)
    for _ in range(60):
        layer = draw_layer(kind, random)
        found = layer_from_dict(kind, json.loads(json.dumps(layer.to_dict())))
        assert found == layer
        assert hash(found) == hash(layer)


def _ports(shapes: tuple[Shape, ...]) -> range:
    return range(max(len(shapes), 1))


def _arrays(modules: nn.ModuleList) -> dict[str, tuple[Shape, bool]]:
    named = [(name, value, True) for name, value in modules.named_parameters()]
    named += [(name, value, False) for name, value in modules.named_buffers()]
    return {
        name.split(".")[-1]: (tuple(value.shape), trains)
        for name, value, trains in named
        if not name.endswith("num_batches_tracked")
    }


def _refused(layer: Layer, shapes: tuple[Shape, ...]) -> bool:
    try:
        layer.out_shape(*shapes)
    except ShapeError:
        return True
    return False


def _wider_than_input(layer: Layer, shape: Shape) -> bool:
    return any(k > n for k, n in zip(layer.to_dict()["kernel_size"], shape[1:], strict=True))


def _torch_refuses(layer: Layer, shape: Shape) -> bool:
    """Ask torch's own module, built from the options without our arithmetic."""
    options = layer.to_dict()
    options["padding"] = 0 if options["padding"] == "valid" else tuple(options["padding"])
    options.pop("power", None)
    name = ORACLES[layer.kind[:-2]]
    cls = getattr(nn, f"{name}{layer.kind[-2:]}")
    if "multiplier" in options:
        options |= {"out_channels": options.pop("multiplier") * shape[0], "groups": shape[0]}
    if "Conv" in name:
        options["in_channels"] = shape[0]
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    try:
        with torch.device("cpu" if "output_padding" in options else "meta"):  # meta lets more of them pass
            cls(**options)(torch.zeros(1, *shape))
    except (RuntimeError, ValueError):
        return True
    return False


def _torch_norm(layer: Layer, shape: Shape) -> nn.Module:
    """Construct torch's own module from the options, without our arithmetic."""
    options = layer.to_dict()
    if layer.kind == "group_norm":
        return nn.GroupNorm(options["groups"], shape[0], device="meta")
    if layer.kind == "instance_norm":
        return getattr(nn, f"InstanceNorm{len(shape) - 1}d")(shape[0])
    return nn.LocalResponseNorm(options["neighbours"])


def _stretches(one: Shape, other: Shape) -> bool:
    return all(n == m or 1 in (n, m) for n, m in zip(one, other, strict=True))
