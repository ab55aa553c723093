"""Templates are the systems that they claim to be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz import paths
from cnnviz.errors import UsageError
from cnnviz.layers import Dense
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.groups.folding import members
from cnnviz.model.placing.layout import tidy_for
from cnnviz.templates import (
    SECTIONS,
    TEMPLATES,
    Template,
    found_by,
    mnist,
    shipped_weights,
    template,
    template_names,
)
from cnnviz.templates.template import ROOM

PUBLISHED = {
    "t1": 333_526,
    "t2": 619_786,
    "t3": 3 * 619_786,
    "t5": 3_274_634,
    "t6": (596_330, 1_408),
    "t7": 1_199_882,
    "t8": 2_150_410,
    "t10": 61_706,
    "t11": (57_994, 224),
    "t12": 14_682_442,
    "t13-classic": 394_634,
    "t13-learned": 116_730,
    "t14": 6_816_010,
    "t15": (273_258, 1_568),
    "t16": (517_674, 1_120),
    "t17": 1_492,
    "t18": 5_830,
    "t19": (499_425, 64),
    "t20": (180_001, 128),
    "ae-64": 101_200,
    "ae-32": 50_992,
    "ae-deep": 1_149_520,
    "ae-sparse": 5_805_840,
    "t26": 8_215_568,
    "alexnet": 62_378_344,
    "vgg16": 138_357_544,
    "vgg16-gray": 138_356_392,
    "vgg19": 143_667_240,
    "googlenet": 6_998_552,
    "googlenet-aux": 13_378_280,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
}
"""Parameters that train, and running statistics where the notes print them too."""

MULTIPLY_ADDS = {"resnet18": 1.8, "resnet34": 3.6, "resnet50": 3.8, "resnet101": 7.6, "resnet152": 11.3}
"""Billions (He et al. 2016, table 1)."""


@pytest.fixture(params=list(TEMPLATES))
def found(request: pytest.FixtureRequest) -> Template:
    return TEMPLATES[request.param]


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_parameters_are_exactly_the_published_ones(name: str, published: int | tuple[int, int]) -> None:
    report = template(name).graph.summary()
    if isinstance(published, tuple):
        assert (report.trainable, report.non_trainable) == published
    else:
        assert report.trainable == published


def test_the_shelf_tells_the_numbers_of_the_summary(found: Template) -> None:
    report = found.graph.summary()
    assert (found.params, found.running) == (report.trainable, report.non_trainable)


@pytest.mark.parametrize(("name", "billions"), MULTIPLY_ADDS.items())
def test_multiply_adds_of_residual_networks_are_those_of_their_paper(name: str, billions: float) -> None:
    """The table prints one decimal, so the paper's number is known to 0.05; on top of that, one per cent."""
    macs = template(name).graph.summary().macs / 1e9
    assert abs(macs - billions) <= 0.05 + 0.01 * billions


KNOWN_OF_THE_ORIGINALS = ("its bias has no effect", "a global average before it would leave it a fraction")
"""What is to be said of networks as the notes and papers have them."""


def test_templates_run_and_are_tidy(found: Template) -> None:
    report = found.graph.summary()
    assert report.errors == ()
    assert report.output
    assert all(any(known in problem.text for known in KNOWN_OF_THE_ORIGINALS) for problem in report.problems)
    assert tidy_for(found.graph, ROOM) == found.graph


def test_templates_survive_their_files(found: Template) -> None:
    project = Project(found.graph, found.data, found.recipe)
    assert from_json(to_json(project)) == project


def test_what_is_said_fits_the_cards(found: Template) -> None:
    assert found.sentence.endswith(".")
    assert len(found.sentence) <= 100
    assert len(found.title) <= 32
    assert found.section in SECTIONS
    assert found.graph.title == found.title


def test_every_group_has_nodes_and_a_title(found: Template) -> None:
    for group in found.graph.groups:
        assert members(found.graph, group.name)
        assert group.title


def test_long_networks_are_folded_to_a_page(found: Template) -> None:
    """What is shown at first: the cards outside of folded groups, and one card per group."""
    top = [node for node in found.graph if not node.group and not node.layer.pointwise]
    groups = [group for group in found.graph.groups if not group.parent]
    assert len(top) + len(groups) <= 24


def test_siblings_have_the_same_parameters() -> None:
    counts = {TEMPLATES[f"t9-{word}"].graph.summary().trainable for word in ("max", "average", "stride")}
    assert len(counts) == 1


def test_the_fully_convolutional_one_has_no_dense_layer_and_maps_larger_inputs() -> None:
    graph = template("t14").graph
    assert not any(isinstance(node.layer, Dense) for node in graph)
    larger = graph.with_layer("input", graph.node("input").layer.replace(shape=(1, 44, 60)))
    report = larger.summary()
    assert report.row(report.output).shape == (10, 5, 9)


def test_a_bottleneck_shrinks_with_its_first_convolution() -> None:
    layers = template("resnet50").graph.node
    assert layers("conv3_1a").layer.stride == layers("conv3_1_shortcut").layer.stride == (2, 2)
    assert layers("conv3_1b").layer.stride == (1, 1)


def test_plain_and_residual_networks_differ_by_their_shortcuts_only() -> None:
    for layers in ("20", "56"):
        one, other = (template(name + layers).graph for name in ("plain", "resnet"))
        assert one.summary().trainable == other.summary().trainable
        convolutions = [
            [(node.name, node.layer) for node in graph if node.layer.kind == "conv2d"]
            for graph in (one, other)
        ]
        assert convolutions[0] == convolutions[1]


@pytest.mark.parametrize("name", ["plain20", "resnet20"])
def test_small_residual_networks_have_a_quarter_of_a_million_parameters(name: str) -> None:
    """He et al. 2016, table 6: 0.27 million."""
    assert f"{template(name).params / 1e6:.2f}" == "0.27"


def test_a_memory_has_the_parameters_of_the_notes() -> None:
    assert template("t19").graph.summary().row("convlstm1").params == 499_072
    rows = template("t20").graph.summary()
    assert [rows.row(name).params for name in ("convlstm1", "convlstm2")] == [105_728, 73_856]


@pytest.mark.parametrize("section", ["Autoencoders"])
def test_autoencoders_end_in_the_picture_they_began_with(section: str) -> None:
    for found in (each for each in TEMPLATES.values() if each.section == section):
        report = found.graph.summary()
        assert report.row(report.output).shape == report.row(report.input).shape
        layer = found.graph.node(report.output).layer
        assert (layer.loss, layer.target) == ("mean squared error", "sample")


def test_the_heads_of_googlenet_are_auxiliary() -> None:
    graph = template("googlenet-aux").graph
    heads = [node.layer.weight for node in graph if node.layer.ends]
    assert heads == [0.3, 0.3, 1.0]
    assert graph.inputs(graph.summary().output)[0].source == "softmax"


def test_the_ensemble_adds_three_equal_networks() -> None:
    graph = template("t3").graph
    assert [edge.source for edge in graph.inputs("add1")] == ["dense5a", "dense5b", "dense5c"]
    assert len({len(members(graph, f"model_{letter}")) for letter in "abc"}) == 1


def test_the_deep_one_rounds_its_poolings_up() -> None:
    shapes = template("t2").graph.summary().shapes
    assert [shapes[f"pool{number}"] for number in (1, 2, 3)] == [(32, 14, 14), (64, 7, 7), (128, 4, 4)]
    assert template("t2").graph.node("dropout1").layer.to_dict() == {"rate": 0.4}


def test_recipes_are_those_of_the_notes() -> None:
    first, second = template("t1").recipe, template("t2").recipe
    assert (first.optimiser, first.learning_rate, first.batch_size, first.steps) == ("adam", 1e-4, 50, 2500)
    assert (second.learning_rate, second.batch_size, second.epochs, second.steps) == (1e-3, 100, 15, 0)


def test_the_nodes_of_lenet_are_named_as_its_weights_are() -> None:
    names = "input conv1 relu1 pool1 conv2 relu2 pool2 flatten dense1 relu3 dense2 relu4 dense3 softmax"
    assert [node.name for node in template("t10").graph] == names.split()


@pytest.mark.parametrize("name", ["t1", "T1", "mnist-postech", "MNIST-Postech", " t1 "])
def test_a_template_is_found_by_its_row_or_its_name(name: str) -> None:
    assert template(name) is TEMPLATES["t1"]


def test_an_unknown_template_says_what_was_meant() -> None:
    with pytest.raises(UsageError, match="Did you mean 'lenet5'"):
        template("lenet")


def test_a_row_with_variants_names_them() -> None:
    with pytest.raises(UsageError, match="There are t9-max, t9-average and t9-stride"):
        template("t9")


@pytest.mark.parametrize("command", [["T13"], ["summary", "t13"]])
def test_the_command_line_names_the_variants_of_a_row(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "There are t13-classic and t13-learned" in done.stderr


def test_listing_templates_makes_no_network() -> None:
    code = (
        "from cnnviz.templates import TEMPLATES; print(sum('graph' in vars(t) for t in TEMPLATES.values()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("bouncing frames", ["t19"]),
        ("PEEPHOLE row", ["t27-peephole"]),
        ("cifar-10 edges", ["t13-classic"]),
        ("?", []),
    ],
)
def test_templates_are_found_by_words(query: str, ids: list[str]) -> None:
    assert [each.id for each in found_by(query)][: len(ids) + 1] == ids


def test_names_and_ids_are_unique() -> None:
    words = template_names()
    assert len(words) == len(set(words))


def test_what_is_not_trained_ships_no_weights() -> None:
    assert shipped_weights(template("t1")) is None


@pytest.fixture
def shipped_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a shipped LeNet-5 that the test fills itself."""
    folder = tmp_path / "models" / mnist.LENET
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "cnnviz")
    return folder


def test_shipped_weights_are_found(shipped_folder: Path) -> None:
    assert shipped_weights(mnist.lenet5()) is None
    (shipped_folder / "weights.safetensors").write_bytes(b"")
    assert shipped_weights(mnist.lenet5()) == shipped_folder / "weights.safetensors"


def test_the_card_of_shipped_weights_tells_recipe_and_accuracy(shipped_folder: Path) -> None:
    card = {"recipe": {"optimiser": "sgd", "epochs": 3}, "test_accuracy": 0.9912, "data": {"name": "MNIST"}}
    (shipped_folder / "card.json").write_text(json.dumps(card))
    found = mnist.lenet5()
    assert (found.recipe.optimiser, found.recipe.epochs) == ("sgd", 3)
    assert found.reported == "99.12 % on MNIST"


def test_without_shipped_models_a_template_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "cnnviz")
    assert mnist.lenet5().recipe.optimiser == "adamw"
    assert shipped_weights(mnist.lenet5()) is None


def test_shipped_weights_find_their_template_too() -> None:
    assert template("lenet5-mnist") is template("t10")
