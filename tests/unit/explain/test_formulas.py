"""Every formula of the vocabulary against numpy, on a layer that declares nothing but that formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from cnnviz.explain import Explanation, Trace, explain, receptive_field, sources
from cnnviz.layers import Input, Layer, Shape
from cnnviz.layers.formula import (
    POINTWISE_RULES,
    Block,
    Formula,
    Index,
    Largest,
    Lookup,
    Maximum,
    Part,
    Pointwise,
    PowerSum,
    Product,
    ResponseNorm,
    Sampled,
    Squash,
    Standardise,
    WeightedSum,
    cell,
)
from cnnviz.model.graph import Graph

NUMBERS = np.random.default_rng(7)


@dataclass(frozen=True)
class Told(Layer):
    """A layer whose formula is given to it; `inner` are the shapes of its internals, `made` their formulas."""

    title = "Told"
    most_inputs = None
    how: Formula = field(default_factory=lambda: Pointwise(cell(0, (0,)), "identity"))
    inner: Mapping[str, Shape] = field(default_factory=dict, hash=False)
    made: Mapping[str, Formula] = field(default_factory=dict, hash=False)

    @classmethod
    def options(cls) -> tuple[Any, ...]:  # type: ignore[override]
        return ()

    def out_shape(self, *inputs: Shape) -> Shape:
        return (1,)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self.how

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        return dict(self.inner)

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        return self.made[name]


def told(
    formula: Formula,
    *arriving: Any,
    engine: float = 0.0,
    inner: Mapping[str, Any] | None = None,
    made: Mapping[str, Formula] | None = None,
    asked: str = "y",
    **parameters: Any,
) -> Explanation:
    """Explain the only value of a layer `y` with inputs `x0`, `x1` … that is made by a formula."""
    trace = traced(formula, *arriving, engine=engine, inner=inner, made=made, **parameters)
    return explain(trace, asked, (0,) * trace.activation(asked).ndim)


def traced(
    formula: Formula,
    *arriving: Any,
    engine: float = 0.0,
    inner: Mapping[str, Any] | None = None,
    made: Mapping[str, Formula] | None = None,
    **parameters: Any,
) -> Trace:
    arrays = {name: np.array(value, np.float32) for name, value in (inner or {}).items()}
    layer = Told(formula, {name: value.shape for name, value in arrays.items()}, made or {})
    graph, activations = Graph().add(layer, "y"), {}
    for port, value in enumerate(arriving):
        activations[f"x{port}"] = np.array(value, np.float32)
        graph = graph.add(Input(activations[f"x{port}"].shape), f"x{port}").connect(f"x{port}", "y", port)
    activations |= {f"y.{name}": value for name, value in arrays.items()}
    activations["y"] = np.array([engine], np.float32)
    return Trace(graph, activations, {"y": {k: np.array(v, np.float32) for k, v in parameters.items()}})


def constants(found: Explanation) -> dict[str, float]:
    return {each.name: each.value for each in found.constants}


# -- sums --------------------------------------------------------------------------------------------------------


def test_entries_of_a_parameter_may_run_backwards() -> None:
    """As in a transposed convolution: the later the cell, the earlier the weight."""
    part = Part(Block(0, (range(1), range(1, 3))), "weight", (0, 1, range(2, -1, -2)))
    found = told(WeightedSum((part,)), [[5, 6, 7]], weight=np.arange(6).reshape(1, 2, 3))
    assert [term.factors for term in found.terms] == [
        (("input", 6), ("weight", 5)),
        (("input", 7), ("weight", 3)),
    ]
    assert found.sum == 51


def test_a_block_may_run_backwards_and_into_the_padding() -> None:
    part = Part(Block(0, (range(3, -2, -2),)), "weight", (range(3),))
    found = told(WeightedSum((part,)), [5, 6, 7], weight=[1, 10, 100])
    assert [term.origin for term in found.terms] == ["padding", "x0[1]", "padding"]
    assert found.sum == 60


def test_nothing_to_add_leaves_the_bias() -> None:
    empty = Part(Block(0, (range(1), range(2, 2))), "weight", (0, range(0)))
    found = told(WeightedSum((empty,), (("bias", (0,)),)), [[5, 6, 7]], weight=np.ones((1, 3)), bias=[2])
    assert (found.parts, found.sum, found.count) == ((), 2, 1)
    assert sources(*_graph_of(WeightedSum((empty,)), [[5, 6, 7]]), (0,)) == {}


def test_several_biases_and_a_function() -> None:
    part = Part(cell(0, (0,)))
    formula = WeightedSum((part,), (("bias_ih", (0,)), ("bias_hh", (1,))), function="tanh")
    found = told(formula, [0.25], engine=math.tanh(1.75), bias_ih=[0.5], bias_hh=[0, 1])
    assert [term.origin for term in found.terms] == ["x0[0]", "bias_ih", "bias_hh"]
    assert (found.sum, found.function, found.rule) == (1.75, "tanh", "tanh(Σ input × weight + biases)")
    assert found.result == pytest.approx(math.tanh(1.75), abs=1e-12)
    assert found.closes


def test_fixed_values_are_weights() -> None:
    part = Part(Block(0, (range(-1, 2),)), values=(-1, 0, 1))
    found = told(WeightedSum((part,)), [5, 6, 7])
    assert found.terms[2].factors == (("input", 6), ("weight", 1))
    assert (found.terms[0].origin, found.sum) == ("padding", 6)


def test_a_cell_times_another_cell_has_two_sources() -> None:
    """h = o · tanh(c), from arrays inside the layer."""
    part = Part(cell("c", (0, 1)), times=cell("o", (1, 0)), function="tanh")
    found = told(WeightedSum((part,)), [0], inner={"c": [[2, 0.5]], "o": [[9], [3]]})
    term = found.terms[0]
    assert (term.source, term.index, term.partners) == ("y.c", (0, 1), (("y.o", (1, 0)),))
    assert [name for name, _ in term.factors] == ["c", "tanh(c)", "o"]
    assert term.product == pytest.approx(3 * math.tanh(0.5)) == found.result


def test_a_share_a_sign_and_a_weight_times_a_cell() -> None:
    assert dict(told(WeightedSum((Part(cell(0, (0,)), factor=-1),)), [5]).terms[0].factors) == {
        "input": 5, "factor": -1,
    }  # fmt: skip
    peephole = Part(cell(0, (0,)), "weight", (1,), times=cell(1, (0,)))
    found = told(WeightedSum((peephole,)), [5], [2], weight=[0, 3])
    assert found.sum == 30


def test_products_have_one_term_with_a_factor_per_input() -> None:
    three = told(Product((cell(0, (1,)), cell(1, (0,)), cell(2, (0,)))), [0, 2], [3], [-4], engine=-24)
    assert three.closes
    assert three.terms[0].factors == (("input 1", 2), ("input 2", 3), ("input 3", -4))
    assert three.terms[0].partners == (("x1", (0,)), ("x2", (0,)))
    assert json_keys(three) == ["input 1", "input 2", "input 3"]
    assert told(Product((cell(0, (0,)),)), [7]).result == 7


def json_keys(found: Explanation) -> list[str]:
    return list(found.to_dict()["terms"][0]["factors"])


def test_a_maximum_over_several_inputs() -> None:
    found = told(Maximum((cell(0, (0,)), cell(1, (0,)), cell(2, (0,)))), [1], [3], [3], engine=3)
    assert [term.product for term in found.terms] == [0, 3, 0]
    assert found.note == "2 cells are equally large; the first one wins."
    assert found.closes


def test_the_largest_is_one_and_the_others_are_zero() -> None:
    block = Block(0, (range(3),))
    assert told(Largest(block, 2), [1, 2, 3], engine=1).closes
    assert told(Largest(block, 1), [1, 2, 3]).result == 0
    assert told(Largest(block, 1), [1, 3, 3]).result == 1
    assert not told(Largest(block, 1), [1, np.nan, 3], engine=1).closes


def test_a_lookup_names_the_row() -> None:
    table = np.arange(12).reshape(4, 3)
    found = told(Lookup(cell(0, (1,)), "weight", 2), [0, 3], engine=11, weight=table)
    assert found.closes
    assert found.terms[0].factors == (("token", 3), ("entry", 11))
    assert found.note == "Row 3 of 4, column 2."
    for token in (4, -1, np.nan):
        missing = told(Lookup(cell(0, (0,)), "weight", 2), [token], weight=table)
        assert not missing.closes
        assert "the table has 4" in missing.note


# -- functions ---------------------------------------------------------------------------------------------------

REFERENCE = {
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0),
    "leaky_relu": lambda x: x if x > 0 else 0.5 * x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "elu": lambda x: x if x > 0 else 0.5 * (math.exp(x) - 1),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(0.5 * x)) / 0.5,
}


@pytest.mark.parametrize("name", list(POINTWISE_RULES))
def test_pointwise_functions(name: str) -> None:
    for x in (-4.0, -0.75, 0.0, 0.25, 3.0):
        found = told(Pointwise(cell(0, (0,)), name, 0.5), [x])
        assert found.result == pytest.approx(REFERENCE[name](x), abs=1e-12), x
        assert ("slope" in constants(found)) == (name in ("leaky_relu", "elu", "softplus"))


@pytest.mark.parametrize("name", sorted(set(POINTWISE_RULES) - {"identity", "leaky_relu"}))
def test_no_function_overflows(name: str) -> None:
    flat = name in ("sigmoid", "tanh")
    assert told(Pointwise(cell(0, (0,)), name, 0.5), [1e4]).result == pytest.approx(1 if flat else 1e4)
    assert -1 <= told(Pointwise(cell(0, (0,)), name, 0.5), [-1e4]).result <= 0


def test_a_power_sum_is_a_length() -> None:
    found = told(PowerSum(Block(0, (range(2),))), [3, -4], engine=5)
    assert (found.sum, found.result, found.function) == (25, 5, "root")
    assert found.terms[1].factors == (("input", -4), ("power", 2))
    assert found.closes
    assert told(PowerSum(Block(0, (range(2),)), 3.0), [1, -2]).result == pytest.approx(9 ** (1 / 3))


def test_squashing_keeps_the_direction() -> None:
    block = Block(0, (range(2),))
    found = [told(Squash(block, at), [3, -4]).result for at in (0, 1)]
    assert found == pytest.approx([3 * 5 / 26, -4 * 5 / 26])
    assert told(Squash(block, 0), [0, 0]).closes


# -- norms -------------------------------------------------------------------------------------------------------


def test_standardising_adds_the_cell_the_mean_and_the_shift() -> None:
    block = Block(0, (range(2), range(2)))
    found = told(
        Standardise(block, 3, 0.75, ("weight", (1,)), ("bias", (1,))),
        [[1, 2], [3, 6]],
        engine=6 * 3 / math.sqrt(4.25) / 2 + 5,
        weight=[0, 3],
        bias=[0, 5],
    )
    values = np.array([1, 2, 3, 6])
    assert found.result == pytest.approx(3 * 3 / math.sqrt(values.var() + 0.75) + 5)
    assert [term.origin for term in found.terms[:2]] == ["x0[1,1]", "x0[0,0]"]
    assert found.count == 1 + 4 + 1
    assert sum(term.product for term in found.terms) == pytest.approx(found.sum)
    known = constants(found)
    assert (known["mean"], known["variance"], known["γ"], known["β"]) == (3, 3.5, 3, 5)
    plain = told(Standardise(block, 0, 0.0), [[1, 2], [3, 6]])
    assert plain.rule == "(x − μ) / √(σ² + ε)"
    assert plain.result == pytest.approx(-2 / math.sqrt(3.5))


def test_response_norm_divides_by_the_neighbours_energy() -> None:
    block = Block(0, (range(-1, 2), range(1)))
    found = told(ResponseNorm(block, 1, 3, 0.5, 0.75, 2.0), [[3], [4]], engine=3 / (2 + 0.5 / 3 * 25) ** 0.75)
    assert [term.origin for term in found.terms] == ["padding", "x0[0,0]", "x0[1,0]"]
    assert found.sum == 25
    assert found.closes


# -- sampling ----------------------------------------------------------------------------------------------------

IDENTITY = [1, 0, 0, 0, 1, 0]


def sample(theta: Any, place: Index, image: Any) -> Explanation:
    return told(Sampled(0, 1, place, (4, 4)), image, theta)


def test_the_identity_fetches_every_pixel() -> None:
    image = NUMBERS.normal(size=(2, 4, 4))
    for place in np.ndindex(2, 4, 4):
        assert sample(IDENTITY, place, image).result == pytest.approx(image[place], abs=1e-6)


def test_between_pixels_outside_and_the_places_of_theta() -> None:
    image = np.arange(16).reshape(1, 4, 4)
    shifted = sample([[1, 0, 0.25], [0, 1, 0.25]], (0, 1, 1), image)  # half a pixel right and down
    assert shifted.result == pytest.approx((5 + 6 + 9 + 10) / 4)
    assert constants(shifted)["row"] == pytest.approx(1.5)
    assert shifted.constants[4].source == ("x1", (0, 2))
    edge = sample([1, 0, 1.25, 0, 1, 0], (0, 0, 1), image)
    assert [term.origin for term in edge.terms] == ["x0[0,0,3]", "padding", "x0[0,1,3]", "padding"]
    assert edge.result == pytest.approx(1.5)
    assert sample([1, 0, 50, 0, 1, 0], (0, 0, 0), image).result == 0
    assert not sample([np.nan] * 6, (0, 0, 0), image).closes


# -- arrays inside a layer ---------------------------------------------------------------------------------------


def test_an_array_inside_a_layer_is_explained_like_a_node() -> None:
    gate = WeightedSum((Part(cell(0, (1,))),), function="sigmoid")
    found = told(
        Pointwise(cell("i", (0,)), "identity"), [0, 2], inner={"i": [0.8808]}, made={"i": gate}, asked="y.i"
    )
    assert (found.node, found.title, found.engine) == ("y.i", "Told · y.i[0]", pytest.approx(0.8808))
    assert found.result == pytest.approx(0.880797, abs=1e-6)
    assert [term.origin for term in found.terms] == ["x0[1]"]


def _graph_of(formula: Formula, *arriving: Any, **more: Any) -> tuple[Graph, str]:
    return traced(formula, *arriving, **more).graph, "y"


def test_fields_walk_through_the_arrays_inside() -> None:
    """The last of four steps; each step reads its own input and the step before."""
    graph = Graph().add(Input((2, 4)), "x").add(_Steps(), "y", after="x")
    assert sources(graph, "y", (1,)) == {"x": ((0, 2), (0, 4))}
    assert receptive_field(graph, "y.h", (1, 2)) == {"x": ((0, 2), (0, 3))}
    assert receptive_field(graph, "y.h", (0, 0)) == {"x": ((0, 2), (0, 1))}


@dataclass(frozen=True)
class _Steps(Layer):
    """Adds up all features of a sequence, step by step, in an array `h` of shape (2, 4)."""

    def out_shape(self, *inputs: Shape) -> Shape:
        return (2,)

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        return {"h": inputs[0]}

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell("h", (index[0], inputs[0][1] - 1)), "identity")

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        unit, time = index
        arriving = Part(Block(0, (range(inputs[0][0]), range(time, time + 1))))
        return WeightedSum((arriving, Part(cell("h", (unit, time - 1)))))


def test_a_sampler_sees_the_whole_map_and_all_of_theta() -> None:
    graph, node = _graph_of(Sampled(0, 1, (1, 0, 0), (4, 4)), np.zeros((2, 4, 5)), np.zeros(6))
    assert sources(graph, node, (0,)) == {"x0": ((1, 2), (0, 4), (0, 5)), "x1": ((0, 6),)}


# -- tolerance ---------------------------------------------------------------------------------------------------


def test_a_shut_gate_grants_no_error_and_an_open_one_passes_it_on() -> None:
    """The sum of two large terms strays; the sigmoid of it only where the sigmoid is steep."""
    part = Part(Block(0, (range(2),)), "weight", (range(2),))
    formula = WeightedSum((part,), function="sigmoid")
    steep = told(formula, [1000, 1000], weight=[3, -3])
    assert steep.tolerance == pytest.approx(1e-5 + 6000e-5 / 4, rel=0.01)
    flat = told(formula, [1000, 1000], weight=[3, 3])
    assert flat.tolerance == pytest.approx(1e-5)
