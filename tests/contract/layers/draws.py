"""Random layers with inputs that suit them, the torch modules they declare, and traces of both."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnviz.engine.build import construct
from cnnviz.errors import ShapeError
from cnnviz.explain import Trace
from cnnviz.layers import LAYERS, Embedding, Input, Layer, Option, Output, Shape
from cnnviz.layers.output import LOSSES
from cnnviz.model.graph import Graph

RANKS: dict[str, tuple[int, ...]] = {
    "input": (),
    "conv1d": (2,), "conv2d": (3,), "conv3d": (4,),
    "conv_transpose1d": (2,), "conv_transpose2d": (3,), "conv_transpose3d": (4,),
    "depthwise_conv2d": (3,), "locally_connected2d": (3,), "fixed_filter2d": (3,),
    "maxpool1d": (2,), "maxpool2d": (3,), "maxpool3d": (4,),
    "avgpool1d": (2,), "avgpool2d": (3,), "avgpool3d": (4,),
    "lppool1d": (2,), "lppool2d": (3,), "lppool3d": (4,),
    "adaptive_avgpool": (2, 3, 4), "adaptive_maxpool": (2, 3, 4),
    "upsample": (2, 3, 4), "pad": (2, 3, 4), "crop": (2, 3, 4),
    "reshape": (1, 2, 3, 4), "permute": (1, 2, 3, 4),
    "globalavgpool": (2, 3, 4), "globalmaxpool": (2, 3, 4),
    "batchnorm": (1, 2, 3, 4), "dropout": (1, 2, 3, 4),
    "relu": (1, 2, 3, 4), "leakyrelu": (1, 2, 3, 4), "sigmoid": (1, 2, 3, 4), "tanh": (1, 2, 3, 4),
    "softmax": (1, 2, 3, 4),
    "flatten": (1, 2, 3, 4), "dense": (1,), "add": (1, 2, 3, 4), "concat": (1, 2, 3, 4),
    "subtract": (1, 2, 3, 4), "multiply": (1, 2, 3, 4), "average": (1, 2, 3, 4), "maximum": (1, 2, 3, 4),
    "layer_norm": (1, 2, 3, 4), "group_norm": (1, 2, 3, 4), "instance_norm": (2, 3, 4),
    "local_response_norm": (2, 3, 4),
    "elu": (1, 2, 3, 4), "gelu": (1, 2, 3, 4), "silu": (1, 2, 3, 4), "softplus": (1, 2, 3, 4),
    "gaussian_noise": (1, 2, 3, 4), "activity_penalty": (1, 2, 3, 4), "contractive_penalty": (1, 2, 3, 4),
    "mute_channels": (1, 2, 3, 4), "swap_channels": (1, 2, 3, 4),
    "embedding": (1,),
    "output": (1, 2, 3, 4),
    "lstm": (2,), "conv_lstm2d": (4,), "time_distributed": (2,),
    "affine_parameters": (1,), "affine_sampler": (),
    "primary_capsules": (3,), "capsule_routing": (2,), "capsule_length": (2,), "capsule_mask": (2,),
}  # fmt: skip
"""How many dimensions a kind's inputs may have; a new kind needs an entry."""


ANY_RANK = {
    "dropout", "relu", "leakyrelu", "sigmoid", "tanh", "softmax", "flatten", "add", "concat", "output", "reshape",
    "subtract", "multiply", "average", "maximum", "layer_norm", "group_norm", "local_response_norm", "elu", "gelu",
    "silu", "softplus", "gaussian_noise", "activity_penalty", "contractive_penalty",
    "mute_channels", "swap_channels",
}  # fmt: skip
"""Kinds that take more dimensions, too."""

EQUAL_SHAPES = {"add", "subtract", "multiply", "average", "maximum"}
"""Kinds whose inputs have one shape."""


def draw_layer(kind: str, random: Random) -> Layer:
    """Return a layer of a kind, every option drawn within its declared bounds (and small)."""
    cls = LAYERS[kind]
    if cls is Output:  # only some losses compare with the sample
        return Output(random.choice(LOSSES), weight=random.uniform(0.1, 3.0))
    return cls(**{option.name: _value(option, random) for option in cls.options()})


def draw_shapes(layer: Layer, random: Random) -> tuple[Shape, ...]:
    """Return input shapes of a rank that the layer takes; the sizes need not fit."""
    if layer.most_inputs == 0:
        return ()
    if layer.kind == "affine_sampler":
        return (tuple(random.randint(1, 6) for _ in range(3)), (6,))
    rank = random.choice(_ranks(layer))
    first = (random.randint(1, 6), *(random.randint(1, 7 if rank < 4 else 5) for _ in range(rank - 1)))
    if layer.fewest_inputs == 1:
        return (first,)
    more = random.randint(1, 2) if layer.most_inputs is None else 1
    channels = (first[0] if layer.kind in EQUAL_SHAPES else random.randint(1, 4) for _ in range(more))
    return (first, *((count, *first[1:]) for count in channels))


def _ranks(layer: Layer) -> tuple[int, ...]:
    """Return how many dimensions a layer's input may have: one more than that of a layer it holds."""
    held = [getattr(layer, option.name) for option in layer.options() if option.form == "layer"]
    return tuple(rank + 1 for rank in RANKS[held[0].kind] if rank < 4) if held else RANKS[layer.kind]


def draw_fitting(kind: str, random: Random) -> tuple[Layer, tuple[Shape, ...]]:
    """Return a layer and inputs that it takes."""
    while True:
        layer = draw_layer(kind, random)
        shapes = draw_shapes(layer, random)
        try:
            layer.out_shape(*shapes)
        except ShapeError:
            continue
        return layer, shapes


def modules_of(layer: Layer, shapes: tuple[Shape, ...]) -> nn.ModuleList:
    """Construct what the layer declares, as the engine does, in evaluation mode."""
    return nn.ModuleList(construct(call) for call in layer.torch_calls(*shapes)).eval()


def run(modules: nn.ModuleList, *inputs: torch.Tensor) -> torch.Tensor:
    """Run the modules one after the other; without any, the input passes through."""
    for module in modules:
        inputs = (module(*inputs),)
    return inputs[0]


def randomise(modules: nn.ModuleList, random: np.random.Generator) -> None:
    """Give every parameter and running statistic a random value (variances and scales away from zero)."""
    for name, tensor in modules.state_dict().items():
        values = random.normal(size=tuple(tensor.shape))
        if name.endswith("running_var"):
            values = np.abs(values) + 0.5
        tensor.copy_(torch.as_tensor(values).to(tensor.dtype))


def draw_trace(layer: Layer, shapes: tuple[Shape, ...], random: np.random.Generator) -> Trace:
    """Return a trace of inputs → layer (named `layer`) with random values; an Input gets random pixels."""
    if layer.most_inputs == 0:
        pixels = random.normal(size=layer.out_shape()).astype(np.float32)
        return Trace(Graph().add(layer, "layer"), {"layer": pixels}, {})
    graph = Graph().add(layer, "layer")
    for port, shape in enumerate(shapes):
        graph = graph.add(Input(shape), f"input{port}").connect(f"input{port}", "layer", port)
    modules = modules_of(layer, shapes)
    randomise(modules, random)
    arrays = {name.split(".")[-1]: value.numpy().copy() for name, value in modules.state_dict().items()}
    return answered(Trace(graph, draw_inputs(layer, shapes, random), {"layer": arrays}))


def draw_inputs(layer: Layer, shapes: tuple[Shape, ...], random: np.random.Generator) -> dict[str, Any]:
    """Return random values for every port, as `input0`, `input1` …; tokens are whole numbers."""
    if isinstance(layer, Embedding):
        return {"input0": random.integers(0, layer.tokens, shapes[0]).astype(np.float32)}
    return {f"input{port}": random.normal(size=shape).astype(np.float32) for port, shape in enumerate(shapes)}


def draw_batch(layer: Layer, shape: Shape, seed: int) -> torch.Tensor:
    """Return two random samples for a layer's first port."""
    random = np.random.default_rng(seed)
    return torch.from_numpy(np.stack([draw_inputs(layer, (shape,), random)["input0"] for _ in range(2)]))


def answered(trace: Trace) -> Trace:
    """Return the trace with what torch makes of its inputs and parameters: `layer`, and the arrays inside of it."""
    layer, inputs = trace.graph.node("layer").layer, trace.graph.inputs("layer")
    arriving = [torch.from_numpy(trace.activations[edge.source])[None] for edge in inputs]
    modules = modules_of(layer, trace.arriving("layer"))
    names = {name: name.split(".")[-1] for name in modules.state_dict()}
    modules.load_state_dict({k: torch.from_numpy(trace.parameters["layer"][v]) for k, v in names.items()})
    values = {}
    with torch.inference_mode():
        values["layer"] = run(modules, *arriving)
        for module in modules:
            if hasattr(module, "inside"):
                values |= {f"layer.{name}": array for name, array in module.inside(*arriving).items()}
    found = {name: np.array(value[0].numpy(), order="C") for name, value in values.items()}
    return Trace(trace.graph, {**trace.activations, **found}, trace.parameters)


def some_indices(shape: Shape, count: int, random: Random) -> list[tuple[int, ...]]:
    """Return random places in an array."""
    return [tuple(random.randrange(entry) for entry in shape) for _ in range(count)]


def _value(option: Option, random: Random) -> Any:
    low, high = option.lo, option.hi
    if option.form == "switch":
        return random.random() < 0.5
    if option.form == "choice":
        return random.choice(option.choices)
    if option.form == "number":
        return random.uniform(float(low or 0), float(high or 1))
    if option.form == "padding" and random.random() < 0.5:
        return random.choice(("valid", "same"))
    smallest, largest = int(low or 0), min(int(high or 6), 4)
    if option.form == "integer":
        return random.randint(smallest, largest)
    if option.form in ("kernel", "layer"):
        return _kernel(random) if option.form == "kernel" else _held(random)
    length = option.length or random.randint(1, 4)
    if option.form == "target":
        entries = [random.randint(1, 3) for _ in range(length)]
        return (*entries[:-1], random.choice((-1, entries[-1])))
    if option.form == "rising":
        entries = sorted(random.sample(range(smallest, largest + 1), length))
    else:
        entries = [random.randint(smallest, largest) for _ in range(length)]
    return tuple(entries)


def _kernel(random: Random) -> str:
    rows, columns = random.randint(1, 4), random.randint(1, 4)
    return "; ".join(" ".join(f"{random.uniform(-2, 2):.2f}" for _ in range(columns)) for _ in range(rows))


def _held(random: Random) -> Layer:
    """Return a layer that another one can apply to every step."""
    kinds = [kind for kind, cls in LAYERS.items() if cls.repeatable() and min(RANKS[kind]) < 4]
    return draw_layer(random.choice(kinds), random)
