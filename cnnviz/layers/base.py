"""What a layer kind is: one frozen dataclass that declares everything the program knows about it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from cnnviz.errors import GraphError, OptionError, ShapeError, did_you_mean
from cnnviz.layers.calculation import Calculation
from cnnviz.layers.formula import Formula, Index
from cnnviz.layers.options import Option, options_of

Shape = tuple[int, ...]
"""The shape of one sample, without the batch: (C, L), (C, H, W), (C, D, H, W) or (F,)."""

Box = tuple[tuple[int, int], ...]
"""One (first, end) pair per dimension of an array; `end` is not included."""

LAYERS: dict[str, type[Layer]] = {}
"""Every layer kind by its name in files, in the order of the palette."""


@dataclass(frozen=True)
class Parameter:
    """One array of a layer, named as in torch; running statistics do not train."""

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def count(self) -> int:
        """Return the number of values."""
        return size(self.shape)


@dataclass(frozen=True)
class TorchCall:
    """A module to construct: a class of `torch.nn` (or of `cnnviz.engine.modules`) and its arguments.

    `role` is empty for the module that carries the node's name, else a suffix such as `pad`.
    """

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""


@dataclass(frozen=True)
class Remedy:
    """A way out of a ShapeError: replace the layer's options, or put another layer in front of it."""

    label: str
    replace: Layer | None = None
    insert: Layer | None = None
    port: int = 0


@dataclass(frozen=True)
class Layer:
    """The base of all layer kinds. Subclasses set the class variables and answer the questions below.

    Shapes are those of one sample (no batch). Every question takes the shapes of all inputs, in port order.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    group: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    stem: ClassVar[str] = ""
    """What new nodes are called, before their number; without one, the kind."""
    numbered: ClassVar[bool] = True
    """The first node has a number too; a kind that most networks have once goes without."""
    fewest_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    unlike_inputs: ClassVar[tuple[Shape, ...]] = ()
    """Shapes that fit together, one per port, where the ports want different ones."""
    takes_sample: ClassVar[bool] = False
    """Puts the current sample into the network."""
    gives_probabilities: ClassVar[bool] = False
    """Turns scores into probabilities; at the end of a network, the loss is taken from the scores before it."""
    ends: ClassVar[bool] = False
    """A place where the network answers; with such nodes, a network may have several outputs."""
    pointwise: ClassVar[bool] = False
    """Snaps onto the card of the layer before it (activation, normalisation, dropout)."""
    scores_loss: ClassVar[str] = ""
    """The loss (of `Output`) that is better taken from what goes into this layer than from what comes out."""
    linear: ClassVar[bool] = False
    """A weighted sum of what arrives, with weights that learn: two in a row could be one."""
    channel_axis: ClassVar[int] = 0
    """The axis of its `weight` that counts the output's channels, where each has a kernel of its own."""
    bends: ClassVar[bool] = False
    """An activation: what keeps linear layers apart."""
    cuts: ClassVar[bool] = False
    """An activation that lets nothing negative through."""
    recentres: ClassVar[bool] = False
    """Subtracts the mean of every channel, and with it the bias of the layer before."""
    draws: ClassVar[bool] = False
    """Draws random numbers while training."""
    differentiates: ClassVar[tuple[int, ...]] = ()
    """The ports whose values the layer takes gradients with respect to, while training."""

    @property
    def activity_rate(self) -> float:
        """Return what Σ |value| is multiplied by, where the layer adds that to the loss while training; else 0."""
        return 0.0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("kind"):
            cls.stem = cls.stem or cls.kind
            LAYERS[cls.kind] = cls

    def __post_init__(self) -> None:
        for option in self.options():
            object.__setattr__(self, option.name, option.parse(getattr(self, option.name)))

    @classmethod
    @cache
    def options(cls) -> tuple[Option, ...]:
        """Return the declared options, in form order."""
        return options_of(cls)

    @classmethod
    def sentence(cls) -> str:
        """Return what the layer does, in one sentence for the palette."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    def out_shape(self, *inputs: Shape) -> Shape:
        """Return the output shape; raise ShapeError where the inputs don't fit."""
        raise NotImplementedError

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """Return the layer's arrays for these inputs."""
        return ()

    def macs(self, *inputs: Shape) -> int:
        """Return the multiply-adds with weights for one sample; pooling, norm and activation count as none."""
        return 0

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        """Return the modules to run one after the other; none means the input passes through."""
        return ()

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        """Return how the output number at `index` is made."""
        raise NotImplementedError

    def idle(self, *inputs: Shape) -> bool:
        """Say whether the layer, as its options are, does nothing."""
        return False

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        """Return the shapes of the arrays inside that can be looked at, by name: the gates of an LSTM.

        The module of such a layer has a method `inside(*inputs)` that returns them, with the batch in front. A trace
        keeps them as `node.name`.
        """
        return {}

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        """Return how the number at `index` of the internal array `name` is made."""
        raise NotImplementedError

    def passed_on(self, index: Index, *inputs: Shape) -> tuple[str, Index] | None:
        """Return the array inside, and the place in it, of which the output at `index` is a copy; None where of none.

        The formula of such an output is that of the array inside; a gradient goes through the array once.
        """
        return None

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        """Return the sums behind the output size and the parameter count, with the numbers put in."""
        return ()

    def enlarged(self) -> Layer:
        """Return the layer for larger samples, where it lets them in; itself where it does not."""
        return self

    def telling_cells(self, box: Box, *inputs: Shape) -> Iterator[Index]:
        """Yield the cells of a box of the output that decide the bounds of what the box is made from.

        Windows only move forward with their position, so that the corners are enough; channels may jump (a flattened
        map, joined inputs), so that every one is asked.
        """
        return itertools.product(range(*box[0]), *({first, end - 1} for first, end in box[1:]))

    def reach(self, box: Box, *inputs: Shape) -> dict[int, Box] | None:
        """Return by port what a box of the output, or of an array inside, is made from, where that is easily said.

        None lets the formulas be followed cell by cell, as a layer without a memory needs no more.
        """
        return None

    def unused(self) -> frozenset[str]:
        """Return the options that the others, as they are, leave without effect; the form does not show them."""
        return frozenset()

    def chip(self) -> str:
        """Return the word on the chip where the layer snaps onto another card."""
        return self.title

    def brief(self) -> str:
        """Return the options that differ from their defaults, in one short line for the card."""
        changed = [o for o in self.options() if getattr(self, o.name) != o.default]
        return ", ".join(f"{o.label.lower()} {_written(getattr(self, o.name))}" for o in changed)

    def replace(self, **changes: Any) -> Layer:
        """Return a copy with other options; raise OptionError where one is impossible."""
        known = {option.name for option in self.options()}
        for name in changes:
            if name not in known:
                raise OptionError(f"{self.title} has no option {name!r}.", hint=did_you_mean(name, known))
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON values."""
        values = {option.name: getattr(self, option.name) for option in self.options()}
        return {name: _json(value) for name, value in values.items()}

    @classmethod
    def repeatable(cls) -> bool:
        """Say whether the layer can be held by another one that applies it to every step of a sequence."""
        ports = (cls.fewest_inputs, cls.most_inputs) == (1, 1)
        return ports and not cls.ends and cls.internals is Layer.internals and not cls.differentiates


def layer_from_dict(kind: str, options: Mapping[str, Any]) -> Layer:
    """Return the layer of a kind with JSON options; raise GraphError or OptionError for what is unknown."""
    if kind not in LAYERS:
        raise GraphError(f"there is no layer kind {kind!r}.", hint=did_you_mean(kind, LAYERS))
    cls = LAYERS[kind]
    known = {option.name for option in cls.options()}
    for name in options:
        if name not in known:
            raise OptionError(f"{cls.title} has no option {name!r}.", hint=did_you_mean(name, known))
    return cls(**options)


def _json(value: object) -> Any:
    if isinstance(value, Layer):
        return {"kind": value.kind, "options": value.to_dict()}
    return list(value) if isinstance(value, tuple) else value


def size(shape: Shape) -> int:
    """Return how many numbers a shape holds."""
    product = 1
    for entry in shape:
        product *= entry
    return product


def times(shape: tuple[int, ...]) -> str:
    """Write a shape or size as 3×28×28."""
    return "×".join(str(entry) for entry in shape)


def window_text(
    kernel: tuple[int, ...], stride: tuple[int, ...], padding: object, dilation: tuple[int, ...] = ()
) -> str:
    """Write a window as `3×3, same, stride 2`, leaving defaults out."""
    words = [times(kernel)]
    if padding != "valid":
        words.append(padding if isinstance(padding, str) else f"padding {_written(padding)}")
    if any(entry != 1 for entry in stride):
        words.append(f"stride {_written(stride)}")
    if any(entry != 1 for entry in dilation):
        words.append(f"dilation {_written(dilation)}")
    return ", ".join(words)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 and len(value) > 1 else times(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def need_rank(shape: Shape, spatial: int, remedies: tuple[Remedy, ...] = ()) -> None:
    """Raise ShapeError unless the shape is channels plus `spatial` dimensions."""
    if len(shape) != spatial + 1:
        names = {0: "a flat vector", 1: "channels × length", 2: "channels × height × width"}
        wanted = names.get(spatial, "channels × depth × height × width")
        raise ShapeError(f"it takes {wanted}, but {times(shape)} arrives.", remedies=remedies)


__all__ = [
    "LAYERS", "Layer", "OptionError", "Parameter", "Remedy", "Shape", "TorchCall",
    "layer_from_dict", "need_rank", "size", "times", "window_text",
]  # fmt: skip
