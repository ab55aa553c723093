"""Networks with one mistake each, as people make them: which node is to be named, and for which data they are meant.

The first fix that is offered must leave a network that trains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cnnviz.layers import (
    LSTM,
    Add,
    AffineSampler,
    AvgPool2d,
    BatchNorm,
    CapsuleRouting,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvLSTM2d,
    ConvTranspose2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GroupNorm,
    Input,
    Layer,
    MaxPool1d,
    MaxPool2d,
    Multiply,
    Output,
    ReLU,
    Reshape,
    Shape,
    Sigmoid,
    Softmax,
    Tanh,
)
from cnnviz.model.checking.suitability import Samples
from cnnviz.model.graph import Edge, Graph, Node, chain

DIGITS = Samples("MNIST", (1, 28, 28), 10)
TAIL: tuple[tuple[str, Layer], ...] = (("flat", Flatten()), ("scores", Dense(10)))
"""What makes ten scores of any maps."""


@dataclass(frozen=True)
class Broken:
    """A network with a mistake at `node`. `severity` says how much it weighs; `words` stand in what is said."""

    graph: Graph
    node: str
    words: str
    severity: str = "error"
    samples: Samples = DIGITS


def line(*layers: tuple[str, Layer], shape: Shape = (1, 28, 28)) -> Graph:
    """Return an Input and layers one behind the other."""
    return chain([("x", Input(shape=shape)), *layers])


def without_wire(graph: Graph, source: str, target: str) -> Graph:
    """Take a wire away."""
    return replace(graph, edges=tuple(e for e in graph.edges if (e.source, e.target) != (source, target)))


def with_wire(graph: Graph, source: str, target: str, port: int) -> Graph:
    """Add a wire that no edit would make, as a file may hold it."""
    return replace(graph, edges=(*graph.edges, Edge(source, target, port)))


def residual(first: Layer, second: Layer, join: Layer | None = None, shape: Shape = (1, 28, 28)) -> Graph:
    """Return two layers, and a shortcut from the first around the second."""
    graph = line(("a", first), ("b", second), ("join", join or Add()), *TAIL, shape=shape)
    return graph.connect("a", "join")


def two_branches(first: Layer, second: Layer, join: Layer, shape: Shape = (1, 28, 28)) -> Graph:
    """Return two layers side by side that are joined."""
    graph = (
        line(("a", first), shape=shape)
        .add(second, "b", after="x")
        .add(join, "join", after="a")
        .connect("b", "join")
    )
    return graph.add(Flatten(), "flat", after="join").add(Dense(10), "scores", after="flat")


CATALOGUE: dict[str, Callable[[], Broken]] = {}


def broken(make: Callable[[], Broken]) -> Callable[[], Broken]:
    """Enter a network into the catalogue under the name of its function."""
    CATALOGUE[make.__name__] = make
    return make


# -- shapes that don't fit one layer --------------------------------------------------------------------------------


@broken
def dense_behind_maps() -> Broken:
    return Broken(line(("conv", Conv2d(4)), ("scores", Dense(10))), "scores", "flat vector")


@broken
def dense_behind_the_input() -> Broken:
    return Broken(
        line(("hidden", Dense(20)), ("relu", ReLU()), ("scores", Dense(10))), "hidden", "flat vector"
    )


@broken
def lstm_behind_maps() -> Broken:
    return Broken(line(("memory", LSTM(8, every_step=False)), ("scores", Dense(10))), "memory", "1×28×28")


@broken
def convolution_behind_flatten() -> Broken:
    return Broken(
        line(("flat", Flatten()), ("conv", Conv2d(4)), ("gap", GlobalAvgPool()), ("scores", Dense(10))),
        "conv",
        "784",
    )


@broken
def sequence_convolution_on_an_image() -> Broken:
    return Broken(line(("conv", Conv1d(4)), *TAIL), "conv", "1×28×28")


@broken
def volume_convolution_on_an_image() -> Broken:
    return Broken(line(("conv", Conv3d(4, (1, 3, 3))), *TAIL), "conv", "1×28×28")


@broken
def image_convolution_on_a_volume() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), *TAIL, shape=(1, 8, 8, 8)),
        "conv",
        "1×8×8×8",
        samples=Samples("Voxels", (1, 8, 8, 8), 10),
    )


@broken
def video_memory_on_an_image() -> Broken:
    return Broken(line(("memory", ConvLSTM2d(4, every_step=False)), *TAIL), "memory", "1×28×28")


@broken
def pooling_behind_flatten() -> Broken:
    return Broken(line(("flat", Flatten()), ("pool", MaxPool2d()), ("scores", Dense(10))), "pool", "784")


@broken
def sequence_pooling_on_an_image() -> Broken:
    return Broken(line(("conv", Conv2d(4)), ("pool", MaxPool1d()), *TAIL), "pool", "4×26×26")


@broken
def kernel_larger_than_the_image() -> Broken:
    return Broken(line(("conv", Conv2d(4, 31)), *TAIL), "conv", "31-wide")


@broken
def dilated_kernel_larger_than_the_image() -> Broken:
    return Broken(line(("conv", Conv2d(4, 5, dilation=8)), *TAIL), "conv", "makes it 33")


@broken
def pooled_until_nothing_is_left() -> Broken:
    pools = [(f"pool{number}", MaxPool2d()) for number in range(1, 6)]
    return Broken(line(*pools, *TAIL), "pool5", "does not fit into 1")


@broken
def convolutions_until_nothing_is_left() -> Broken:
    convs = [(f"conv{number}", Conv2d(4, 9)) for number in range(1, 5)]
    return Broken(line(*convs, *TAIL), "conv4", "does not fit into 4")


@broken
def average_window_larger_than_the_map() -> Broken:
    return Broken(line(("conv", Conv2d(4, 5, 4)), ("pool", AvgPool2d(8)), *TAIL), "pool", "8-wide")


@broken
def pooling_padded_more_than_half_its_window() -> Broken:
    return Broken(line(("pool", MaxPool2d(2, 2, 2)), *TAIL), "pool", "padding 2")


@broken
def channels_that_do_not_split_into_groups() -> Broken:
    return Broken(line(("a", Conv2d(6)), ("b", Conv2d(8, groups=4)), *TAIL), "b", "4 equal groups")


@broken
def filters_that_do_not_split_into_groups() -> Broken:
    return Broken(line(("a", Conv2d(8)), ("b", Conv2d(6, groups=4)), *TAIL), "b", "4 equal groups")


@broken
def group_norm_that_does_not_split_the_channels() -> Broken:
    return Broken(line(("a", Conv2d(6)), ("norm", GroupNorm(4)), *TAIL), "norm", "6")


@broken
def reshape_that_loses_values() -> Broken:
    return Broken(line(("shape", Reshape((16, 50))), *TAIL), "shape", "784")


@broken
def capsules_routed_from_maps() -> Broken:
    return Broken(line(("conv", Conv2d(8, 9, 4)), ("route", CapsuleRouting(10, 4)), *TAIL), "route", "8×5×5")


@broken
def transposed_convolution_behind_flatten() -> Broken:
    return Broken(
        line(
            ("flat", Flatten()), ("up", ConvTranspose2d(4)), ("gap", GlobalAvgPool()), ("scores", Dense(10))
        ),
        "up",
        "784",
    )


# -- branches that don't meet ---------------------------------------------------------------------------------------


@broken
def shortcut_around_a_stride() -> Broken:
    return Broken(residual(Conv2d(8, 3, padding="same"), Conv2d(8, 3, 2, "same")), "join", "8×28×28")


@broken
def shortcut_around_more_channels() -> Broken:
    return Broken(residual(Conv2d(8, 3, padding="same"), Conv2d(16, 3, padding="same")), "join", "16×28×28")


@broken
def shortcut_around_stride_and_channels() -> Broken:
    return Broken(residual(Conv2d(8, 3, padding="same"), Conv2d(16, 3, 2, "same")), "join", "16×14×14")


@broken
def shortcut_around_a_valid_convolution() -> Broken:
    return Broken(residual(Conv2d(8, 3, padding="same"), Conv2d(8, 3)), "join", "8×26×26")


@broken
def inception_branches_of_two_sizes() -> Broken:
    return Broken(two_branches(Conv2d(4, 3, padding="same"), Conv2d(4, 5), Concat()), "join", "joined")


@broken
def branches_of_two_ranks() -> Broken:
    graph = (
        line(("a", Conv2d(4, 3, padding="same")))
        .add(Flatten(), "b", after="x")
        .add(Concat(), "join", after="a")
    )
    return Broken(
        graph.connect("b", "join")
        .add(Flatten(), "flat", after="join")
        .add(Dense(10), "scores", after="flat"),
        "join",
        "joined",
    )


@broken
def gate_of_another_width() -> Broken:
    graph = (
        line(("flat", Flatten()), ("a", Dense(20)))
        .add(Dense(30), "b", after="flat")
        .add(Sigmoid(), "gate", after="b")
    )
    return Broken(
        graph.add(Multiply(), "join", after="a")
        .connect("gate", "join")
        .add(Dense(10), "scores", after="join"),
        "join",
        "multiplied",
    )


@broken
def sampler_with_too_many_numbers() -> Broken:
    graph = (
        line(("flat", Flatten()), ("theta", Dense(8)))
        .add(AffineSampler(), "warp", after="x")
        .connect("theta", "warp")
    )
    return Broken(
        graph.add(Flatten(), "row", after="warp").add(Dense(10), "scores", after="row"), "warp", "8"
    )


# -- wires ----------------------------------------------------------------------------------------------------------


@broken
def layer_without_a_wire() -> Broken:
    graph = without_wire(line(("conv", Conv2d(4)), ("relu", ReLU()), *TAIL), "conv", "relu")
    return Broken(graph, "relu", "needs an input", "waiting")


@broken
def chain_without_its_input() -> Broken:
    return Broken(chain([("conv", Conv2d(4)), *TAIL]), "conv", "no Input", "waiting")


@broken
def merge_with_one_input() -> Broken:
    graph = line(
        ("a", Conv2d(4, 3, padding="same")), ("b", Conv2d(4, 3, padding="same")), ("join", Add()), *TAIL
    )
    return Broken(graph, "join", "2 inputs, has 1", "waiting")


@broken
def gap_between_ports() -> Broken:
    base = line(("a", Conv2d(4))).add(Conv2d(4), "b", after="x").add(Concat(), "join")
    graph = base.connect("a", "join", 0).connect("b", "join", 2).add(Flatten(), "flat", after="join")
    return Broken(graph.add(Dense(10), "scores", after="flat"), "join", "port 1", "waiting")


@broken
def two_wires_at_one_port() -> Broken:
    graph = line(("a", Conv2d(4)), ("relu", ReLU()), *TAIL)
    return Broken(with_wire(graph, "x", "relu", 0), "relu", "2 wires")


@broken
def circle_of_wires() -> Broken:
    graph = line(
        ("a", Conv2d(4, 3, padding="same")), ("join", Add()), ("b", Conv2d(4, 3, padding="same")), *TAIL
    )
    graph = graph.connect("a", "join", 1)
    return Broken(with_wire(graph, "b", "join", 2), "join", "circle")


@broken
def loose_end() -> Broken:
    graph = line(("a", Conv2d(4)), ("relu", ReLU()), *TAIL)
    return Broken(graph.add(Conv2d(2), "lost", after="a"), "lost", "two outputs")


@broken
def loose_dense_head() -> Broken:
    graph = line(("flat", Flatten()), ("hidden", Dense(20)), ("relu", ReLU()), ("scores", Dense(10)))
    return Broken(graph.add(Dense(10), "early", after="flat"), "early", "two outputs")


@broken
def second_input_that_feeds_nothing() -> Broken:
    return Broken(line(("conv", Conv2d(4)), *TAIL).add(Input(), "spare"), "spare", "feeds nothing")


@broken
def loose_end_beside_an_output() -> Broken:
    graph = line(("flat", Flatten()), ("scores", Dense(10)), ("answer", Output()))
    return Broken(graph.add(Dense(10), "extra", after="flat"), "extra", "no Output")


# -- the data and the recipe ----------------------------------------------------------------------------------------


@broken
def fewer_scores_than_classes() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), ("flat", Flatten()), ("scores", Dense(5))), "scores", "10 classes"
    )


@broken
def more_scores_than_classes() -> Broken:
    return Broken(
        line(("flat", Flatten()), ("scores", Dense(1000)), ("softmax", Softmax())), "softmax", "10 classes"
    )


@broken
def maps_where_scores_should_be() -> Broken:
    return Broken(line(("a", Conv2d(4)), ("relu", ReLU()), ("b", Conv2d(12))), "b", "10 classes")


@broken
def nothing_that_learns() -> Broken:
    return Broken(line(("pool", MaxPool2d()), ("flat", Flatten())), "flat", "nothing that learns")


@broken
def batch_norm_on_a_batch_of_one() -> Broken:
    graph = line(
        ("flat", Flatten()),
        ("hidden", Dense(20, bias=False)),
        ("norm", BatchNorm()),
        ("relu", ReLU()),
        ("scores", Dense(10)),
    )
    return Broken(graph, "norm", "one sample", samples=replace(DIGITS, batch_size=1))


@broken
def made_for_colour_images() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), ("relu", ReLU()), *TAIL, shape=(3, 32, 32)),
        "x",
        "MNIST has 1×28×28",
        "note",
    )


@broken
def dense_behind_a_free_size() -> Broken:
    graph = chain([("x", Input(free_size=True)), ("conv", Conv2d(4)), ("relu", ReLU()), *TAIL])
    return Broken(graph, "scores", "larger samples")


# -- what runs, but badly -------------------------------------------------------------------------------------------


@broken
def softmax_in_the_middle() -> Broken:
    return Broken(
        line(("flat", Flatten()), ("hidden", Dense(20)), ("odds", Softmax()), ("scores", Dense(10))),
        "odds",
        "probabilities",
        "note",
    )


@broken
def softmax_twice() -> Broken:
    graph = line(("flat", Flatten()), ("scores", Dense(10)), ("odds", Softmax()), ("again", Softmax()))
    return Broken(graph, "again", "", "note")


@broken
def relu_on_the_scores() -> Broken:
    return Broken(line(*TAIL, ("relu", ReLU()), ("odds", Softmax())), "relu", "negative scores", "note")


@broken
def relu_twice() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), ("one", ReLU()), ("two", ReLU()), *TAIL), "two", "changes nothing", "note"
    )


@broken
def tanh_behind_sigmoid() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), ("one", Sigmoid()), ("two", Tanh()), *TAIL), "two", "bends", "note"
    )


@broken
def bias_before_batch_norm() -> Broken:
    graph = line(("conv", Conv2d(4)), ("norm", BatchNorm()), ("relu", ReLU()), *TAIL)
    return Broken(graph, "conv", "no effect", "note")


@broken
def two_linear_layers() -> Broken:
    return Broken(
        line(("flat", Flatten()), ("a", Dense(20)), ("b", Dense(10))), "b", "one linear layer", "note"
    )


@broken
def dropout_on_the_scores() -> Broken:
    return Broken(
        line(("flat", Flatten()), ("scores", Dense(10)), ("drop", Dropout())), "drop", "at random", "note"
    )


@broken
def dropout_of_nothing() -> Broken:
    return Broken(
        line(("conv", Conv2d(4)), ("relu", ReLU()), ("drop", Dropout(0.0)), *TAIL),
        "drop",
        "does nothing",
        "note",
    )


@broken
def stride_wider_than_the_window() -> Broken:
    return Broken(line(("conv", Conv2d(4, 3, 5)), ("relu", ReLU()), *TAIL), "conv", "skips cells", "note")


# -- as a file may hold it ------------------------------------------------------------------------------------------


@broken
def wire_into_a_port_that_is_not_there() -> Broken:
    graph = line(("a", Conv2d(4)), ("relu", ReLU()), *TAIL)
    return Broken(
        replace(graph, nodes=(*graph.nodes, Node("stray", ReLU())), edges=(*graph.edges, Edge("a", "stray"))),
        "stray",
        "two outputs",
    )
