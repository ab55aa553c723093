"""Planes, neighbours, readouts and likeness are what independent programs compute."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities

from cnnviz.events import Answer, Progress
from cnnviz.explain import receptive_field
from cnnviz.explain.asking import likeness, planes, probes
from cnnviz.explain.asking.codes import coded, grid_for, telling_nodes
from cnnviz.explain.asking.sight import sight
from cnnviz.templates import template

RANDOM = np.random.default_rng(4)


def clusters(each: int, classes: int = 4, numbers: int = 12) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(classes), each)
    centres = RANDOM.normal(size=(classes, numbers)) * 4
    return (centres[labels] + RANDOM.normal(size=(len(labels), numbers))).astype(np.float32), labels


# -- codes ------------------------------------------------------------------------------------------------------------


def test_a_code_that_is_small_enough_stays_whole() -> None:
    values = RANDOM.random((3, 4, 5, 6)).astype(np.float32)
    assert grid_for((4, 5, 6), 120) == ()
    assert np.array_equal(coded(values, ()), values.reshape(3, -1))
    assert grid_for((4096,), 100) == ()


def test_a_large_code_is_averaged_over_areas_that_cover_everything() -> None:
    values = RANDOM.random((2, 3, 7, 6)).astype(np.float32)
    grid = grid_for((3, 7, 6), 3 * 12)
    assert np.prod(grid) <= 12
    assert grid == (3, 4)
    found = coded(values, grid).reshape(2, 3, *grid)
    rows, columns = [(0, 2), (2, 4), (4, 7)], [(0, 1), (1, 3), (3, 4), (4, 6)]
    for r, (top, bottom) in enumerate(rows):
        for c, (left, right) in enumerate(columns):
            wanted = values[:, :, top:bottom, left:right].mean(axis=(2, 3))
            assert found[:, :, r, c] == pytest.approx(wanted, rel=1e-5)


def test_layers_that_only_hand_on_are_no_layers_of_their_own() -> None:
    nodes = telling_nodes(template("t10").graph, 99)
    assert "flatten" not in nodes
    assert "softmax" not in nodes
    assert nodes[0] == "input"
    assert nodes[-1] == "dense3"
    few = telling_nodes(template("t15").graph, 8)
    assert len(few) == 8
    assert few[-1] == telling_nodes(template("t15").graph, 999)[-1]


# -- planes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(60, 12), (12, 60)])
def test_principal_components_are_those_of_scikit_learn(shape: tuple[int, int]) -> None:
    code = (RANDOM.normal(size=shape) @ np.diag(np.linspace(3, 0.1, shape[1]))).astype(np.float32)
    points, shares = planes.pca(code, 3)
    theirs = PCA(3, svd_solver="full").fit(code.astype(np.float64))
    wanted = theirs.transform(code.astype(np.float64))
    signs = np.sign((points * wanted).sum(axis=0))
    assert points == pytest.approx(wanted * signs, abs=1e-8)
    assert shares == pytest.approx(theirs.explained_variance_ratio_, rel=1e-8)


def test_one_number_per_sample_lies_on_a_line() -> None:
    plane = planes.principal_plane(np.arange(5, dtype=np.float32)[:, None])
    assert plane.points[:, 0] == pytest.approx([-2, -1, 0, 1, 2])
    assert not plane.points[:, 1].any()
    assert plane.shares == (1.0,)


def test_neighbours_are_those_of_a_plain_search_in_the_code() -> None:
    code = RANDOM.normal(size=(80, 30)).astype(np.float32)
    for at in (0, 17, 79):
        plain = sorted(
            (float(np.linalg.norm(code[at] - row)), other) for other, row in enumerate(code) if other != at
        )
        order, distances = planes.neighbours(code, at, 9)
        assert order.tolist() == [other for _, other in plain[:9]]
        assert distances == pytest.approx([distance for distance, _ in plain[:9]], rel=1e-5)
    assert len(planes.neighbours(code[:4], 2, 9)[0]) == 3


def test_affinities_have_the_perplexity_wanted_as_in_scikit_learn() -> None:
    code = clusters(20)[0].astype(np.float64)
    distances = ((code[:, None] - code[None]) ** 2).sum(axis=2)
    wanted = squareform(_joint_probabilities(distances.astype(np.float32), 10.0, verbose=0))
    found = planes.affinities(code, 10.0)
    np.fill_diagonal(found, 0)
    assert found == pytest.approx(wanted, abs=1e-6)


def test_the_plane_of_tsne_keeps_neighbourhoods_as_well_as_that_of_scikit_learn() -> None:
    code, labels = clusters(20)
    *steps, last = planes.tsne(code)
    assert all(isinstance(step, Progress) for step in steps)
    assert isinstance(last, Answer)
    plane = last.value
    theirs = TSNE(init="pca", random_state=0, method="exact").fit(planes.pca(code, 50)[0])
    assert plane.divergence < theirs.kl_divergence_ + 0.01
    distances = np.linalg.norm(plane.points[:, None] - plane.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (labels[distances.argmin(axis=1)] == labels).mean() > 0.95


def test_tsne_gives_the_same_plane_again_and_lives_with_few_or_equal_samples() -> None:
    code = clusters(6)[0]
    one, other = ([*planes.tsne(code, steps=30)][-1].value.points for _ in range(2))
    assert np.array_equal(one, other)
    for few in (code[:2], np.zeros((6, 3), np.float32)):
        assert np.isfinite([*planes.tsne(few, steps=12)][-1].value.points).all()


# -- readouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [12, 300])
def test_a_readout_is_the_ridge_regression_of_scikit_learn(numbers: int) -> None:
    code, labels = clusters(30, numbers=numbers)
    readout = probes.fit("dense1", (), code, labels, 4)
    scaled = (code - code.mean(axis=0)) / code.std(axis=0)
    theirs = Ridge(alpha=readout.penalty * len(code)).fit(scaled, np.eye(4)[labels])
    assert readout.scores(code) == pytest.approx(theirs.predict(scaled), abs=1e-4)
    assert readout.size == numbers


def test_a_readout_is_judged_on_what_it_has_not_seen() -> None:
    code, labels = clusters(40)
    shuffled = RANDOM.permutation(len(code))
    some, rest = shuffled[:100], shuffled[100:]
    readout = probes.judged(probes.fit("x", (), code[some], labels[some], 4), code[rest], labels[rest])
    assert readout.accuracy == (readout.scores(code[rest]).argmax(axis=1) == labels[rest]).mean() > 0.9
    nothing = probes.fit("x", (), np.zeros((50, 3), np.float32), np.arange(50) % 4, 4)
    assert np.isfinite(nothing.scores(np.zeros((2, 3), np.float32))).all()


def test_the_layer_that_turned_an_answer_is_the_first_after_the_last_that_was_right() -> None:
    lead = np.array([0.2, -0.1, 0.3, 0.1, -0.2, -0.4])
    evidence = np.stack([lead, np.zeros(6), -np.ones(6)], axis=1)
    assert probes.turning(evidence, 0, 1) == 4
    assert probes.turning(evidence[:4], 0, 1) is None
    assert probes.turning(evidence[4:], 0, 1) == 0
    assert probes.turning(evidence[:0], 0, 1) is None


# -- likeness ---------------------------------------------------------------------------------------------------------


def test_cosines_are_those_between_kernels() -> None:
    rows = RANDOM.normal(size=(5, 9))
    rows[3] = 2 * rows[1]
    rows[4] = 0
    found = likeness.cosines(rows)
    assert found[1, 3] == pytest.approx(1)
    assert not found[4].any()
    assert found[0, 2] == pytest.approx(rows[0] @ rows[2] / np.linalg.norm(rows[0]) / np.linalg.norm(rows[2]))


def test_clusters_are_those_of_average_linkage() -> None:
    alike = likeness.cosines(RANDOM.normal(size=(24, 6)))
    distances = 1 - alike
    np.fill_diagonal(distances, 0)
    linkage = hierarchy.linkage(squareform(distances, checks=False), "average")
    order = likeness.clustered(alike).tolist()
    assert sorted(order) == list(range(24))
    members = {at: {at} for at in range(24)}
    for number, (one, other, *_rest) in enumerate(linkage, start=24):
        members[number] = members[int(one)] | members[int(other)]
        places = sorted(order.index(leaf) for leaf in members[number])
        assert places == list(range(places[0], places[0] + len(places)))  # every cluster lies together


def test_the_closest_pairs_come_first() -> None:
    alike = np.array([[1, 0.2, 0.9], [0.2, 1, -0.5], [0.9, -0.5, 1]])
    assert likeness.closest(alike, 2) == [(0, 2), (0, 1)]
    assert likeness.clustered(alike).tolist() in ([1, 0, 2], [2, 0, 1])
    assert likeness.clustered(np.ones((1, 1))).tolist() == [0]


# -- what values see --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("node", ["conv1", "pool1", "conv2", "pool2"])
def test_what_values_see_is_their_receptive_field(node: str) -> None:
    graph = template("t10").graph
    shape = graph.summary().row(node).shape
    for index in ((0, 0, 0), (2, shape[1] // 2, shape[2] // 2), (1, 1, shape[2] - 1)):
        (box,) = sight(graph, node, [index])
        inside = tuple((max(first, 0), min(end, n)) for (first, end), n in zip(box, (1, 28, 28), strict=True))
        assert inside == receptive_field(graph, node, index)["input"]
    assert (
        len({end - first for box in sight(graph, node, [(0, 0, 0), (0, 1, 2)]) for first, end in box[1:]})
        == 1
    )


def test_what_has_no_maps_or_remembers_sees_the_whole_sample() -> None:
    assert sight(template("t10").graph, "dense1", [(3,), (4,)]) == [((0, 1), (0, 28), (0, 28))] * 2
    recurrent = template("t27-peephole").graph
    node = next(row.name for row in recurrent.summary().rows if row.name.startswith("lstm"))
    whole = tuple((0, n) for n in recurrent.summary().row(recurrent.summary().input).shape)
    assert sight(recurrent, node, [(0, 0)]) == [whole]
