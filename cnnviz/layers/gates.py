"""What an LSTM and a convolutional LSTM have in common: three gates and a candidate decide what a state remembers.

    i, f, o = σ(Σ x·W + Σ h(t−1)·R + c(t−1)·P + b)        g = tanh(Σ x·W + Σ h(t−1)·R + b)
    c = f·c(t−1) + i·g                                    h = o·tanh(c)

Hochreiter and Schmidhuber 1997; peepholes P: Gers and Schmidhuber 2000; convolutions instead of sums over all
inputs: Shi et al. 2015. States before the first step are zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.layers.base import Box, Layer, Parameter, Shape, TorchCall, size
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Part, WeightedSum, cell
from cnnviz.layers.geometry import Axis, axes
from cnnviz.layers.options import opt

GATES = ("i", "f", "g", "o")
"""Input gate, forget gate, candidate, output gate: in torch's order along the first dimension of the weights."""
BIASES = ("none", "one", "two")
SEEN = ("previous state", "new state")


class GatedLayer(Layer):
    """The base of the layers with gates; they differ in the shapes of their arrays, which `gates` says."""

    group = "Recurrent"

    units: int
    every_step: bool
    peepholes: bool
    output_gate: str
    biases: str

    def gates(self, shape: Shape) -> Gates:
        """Return the gates for an input; raise ShapeError where it does not fit."""
        raise NotImplementedError

    def shared(self) -> dict[str, Any]:
        """Return the options that every layer with gates has."""
        names = ("units", "every_step", "peepholes", "output_gate", "biases")
        return {name: getattr(self, name) for name in names}

    def out_shape(self, *inputs: Shape) -> Shape:
        return self.gates(inputs[0]).out_shape()

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return self.gates(inputs[0]).parameters()

    def macs(self, *inputs: Shape) -> int:
        return self.gates(inputs[0]).macs()

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (self.gates(inputs[0]).torch_call(),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self.gates(inputs[0]).formula(index)

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        return self.gates(inputs[0]).internals()

    def passed_on(self, index: Index, *inputs: Shape) -> tuple[str, Index] | None:
        return "h", self.gates(inputs[0]).hidden(index)

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        return self.gates(inputs[0]).internal_formula(name, index)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return (self.gates(inputs[0]).calculation(),)

    def reach(self, box: Box, *inputs: Shape) -> dict[int, Box] | None:
        return {0: self.gates(inputs[0]).reach(box)}

    def unused(self) -> frozenset[str]:
        return frozenset() if self.peepholes else frozenset({"output_gate"})

    def brief(self) -> str:
        words = [str(self.units)]
        words += [] if self.every_step else ["last step"]
        words += ["peepholes"] if self.peepholes else []
        words += {"none": ["no bias"], "one": [], "two": ["two biases"]}[self.biases]
        return ", ".join(words)


@dataclass(frozen=True)
class Gates:
    """The gates of a layer for one input: arrays, counts, and how every number is made.

    `size` and `kernel` are height and width of maps and windows; empty where every unit sees every feature.
    """

    inputs: int
    steps: int
    size: Shape
    kernel: Shape
    layer: GatedLayer

    @property
    def sequence(self) -> Shape:
        """Return the shape of every array that has a value per step."""
        return (self.layer.units, self.steps, *self.size)

    @property
    def biases(self) -> tuple[str, ...]:
        """Return the names of the arrays that are added."""
        return ("bias", "bias_h")[: BIASES.index(self.layer.biases)]

    @property
    def new_state(self) -> bool:
        """Say whether the output gate's peephole sees the state that this step has just made."""
        return self.layer.output_gate == "new state"

    def out_shape(self) -> Shape:
        """Return all steps, or the last one without its time."""
        return self.sequence if self.layer.every_step else (self.layer.units, *self.size)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the weights of all four gates in one array each, then the biases, then the peepholes."""
        units = self.layer.units
        peepholes = ("peephole_i", "peephole_f", "peephole_o") if self.layer.peepholes else ()
        return (
            Parameter("weight_x", (4 * units, self.inputs, *self.kernel)),
            Parameter("weight_h", (4 * units, units, *self.kernel)),
            *(Parameter(name, (4 * units,)) for name in self.biases),
            *(Parameter(name, (units, *self.size)) for name in peepholes),
        )

    def macs(self) -> int:
        """Return the products with weights; the first step has no state before it that could be weighed."""
        units, window, later = self.layer.units, size(self.kernel), self.steps - 1
        weighed = 4 * units * window * (self.inputs * self.steps + units * later)
        seen = units * (3 * later + self.new_state) if self.layer.peepholes else 0
        return size(self.size) * (weighed + seen)

    def torch_call(self) -> TorchCall:
        """Return the module of `cnnviz.engine.modules`."""
        kwargs: dict[str, Any] = {"kernel_size": self.kernel} if self.kernel else {}
        kwargs["biases"] = len(self.biases)
        if self.layer.peepholes:
            kwargs |= {"peepholes": (self.layer.units, *self.size), "new_state": self.new_state}
        kwargs["every_step"] = self.layer.every_step
        return TorchCall("GatedMemory", (self.inputs, self.layer.units), kwargs)

    def calculation(self) -> Calculation:
        """Return the sum of all arrays: two products per gate, and the peepholes."""
        bias = ("", " + {units}", " + 2·{units}")[len(self.biases)]
        pattern = "4·(<k>{arriving}·{units} + <k>{units}·{units}" + bias + ")"
        pattern += " + 3·<n>{units}" if self.layer.peepholes else ""
        letters = pattern.replace("{arriving}", "d_in").replace("{units}", "d_out")
        for mark, names, numbers in (("<k>", "k·k·", self.kernel), ("<n>", "H·W·", self.size)):
            letters = letters.replace(mark, names if numbers else "")
            pattern = pattern.replace(mark, "".join(f"{number}·" for number in numbers))
        total = sum(parameter.count for parameter in self.parameters())
        values = {"arriving": self.inputs, "units": self.layer.units, "result": total}
        return calculation(letters, pattern + " = {result}", **values)

    def internals(self) -> dict[str, Shape]:
        """Return gates, candidate, state and output of every step."""
        return dict.fromkeys((*GATES, "c", "h"), self.sequence)

    def formula(self, index: Index) -> Formula:
        """Say how the output is made: it is h of every step, or of the last."""
        return self.internal_formula("h", self.hidden(index))

    def hidden(self, index: Index) -> Index:
        """Return the place of an output in h."""
        return index if self.layer.every_step else (index[0], self.steps - 1, *index[1:])

    def reach(self, box: Box) -> Box:
        """Return the box of the input that a box is made from: with every step back, windows see windows."""
        timed = len(box) == len(self.sequence)
        steps = box[1][1] if timed else self.steps
        places = zip(self._axes(), box[2 if timed else 1 :], strict=True)
        spans = (
            (max(first - steps * axis.before, 0), min(end + steps * axis.after, axis.size))
            for axis, (first, end) in places
        )
        return ((0, self.inputs), (0, steps), *spans)

    def internal_formula(self, name: str, index: Index) -> Formula:
        """Say how a gate, the candidate, the state or the output of a step is made."""
        before = (index[0], index[1] - 1, *index[2:])
        if name == "c":
            kept = (Part(cell("c", before), times=cell("f", index)),) if index[1] else ()
            added = Part(cell("g", index), times=cell("i", index))
            return WeightedSum((*kept, added), rule="f · c(t−1) + i · g")
        if name == "h":
            part = Part(cell("c", index), function="tanh", times=cell("o", index))
            return WeightedSum((part,), rule="o · tanh(c)")
        return self._gate(name, index, before)

    def _gate(self, name: str, index: Index, before: Index) -> WeightedSum:
        unit, step, *place = index
        row = GATES.index(name) * self.layer.units + unit
        windows = tuple(axis.window(position) for axis, position in zip(self._axes(), place, strict=True))
        features = Block(0, (range(self.inputs), range(step, step + 1), *windows))
        parts, rule = [Part(features, "weight_x", (row,))], "Σ x · W"
        if step:
            states = Block("h", (range(self.layer.units), range(step - 1, step), *windows))
            parts.append(Part(states, "weight_h", (row,)))
            rule += " + Σ h(t−1) · R"
        new = name == "o" and self.new_state
        if self.layer.peepholes and name != "g" and (step or new):
            parts.append(Part(cell("c", index if new else before), f"peephole_{name}", (unit, *place)))
            rule += " + c(t) · P" if new else " + c(t−1) · P"
        biases = tuple((each, (row,)) for each in self.biases)
        return WeightedSum(tuple(parts), biases, rule, "tanh" if name == "g" else "sigmoid")

    def _axes(self) -> tuple[Axis, ...]:
        return axes(self.size, self.kernel, (1,) * len(self.kernel), "same")


def step_option() -> bool:
    """Declare the option that chooses between many-to-many and many-to-one."""
    found: bool = opt(True, help="gives out every step; off: the last step alone")
    return found


def peephole_option() -> bool:
    """Declare the option that lets the gates see the state."""
    found: bool = opt(False, help="lets the gates see the state, each cell its own")
    return found


def output_gate_option() -> str:
    """Declare the option that says which state the output gate's peephole sees."""
    text = "which state the peephole of the output gate sees: c(t−1), or the new c(t) as in Shi et al. 2015"
    found: str = opt(SEEN[0], choices=SEEN, help=text)
    return found


def bias_option() -> str:
    """Declare the option that says how many learned numbers each gate adds."""
    text = "learned numbers added to every gate: one, or two (one for the input, one for the state)"
    found: str = opt("one", choices=BIASES, help=text)
    return found
