"""The networks that cnnviz is measured beside are those of its templates; what trains in turns answers in turns."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from benchmarks.generating import published
from benchmarks.keras import _claims
from benchmarks.rivals import BATCHES, NETWORKS
from benchmarks.rivals.torch_networks import network
from benchmarks.side import Side
from cnnviz.templates import template

ECHO = "import sys\nfor line in sys.stdin: print(2 * float(line), flush=True)"
SAMPLES = {
    "t11": (3, 32, 32), "t15": (3, 32, 32), "t16": (3, 16, 16, 16), "t19": (1, 3, 64, 64), "t20": (1, 3, 64, 64),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_a_rival_has_the_parameters_of_the_template(name: str) -> None:
    rival = network(name)
    assert sum(weight.numel() for weight in rival.parameters()) == template(name).params
    with torch.no_grad():
        found = rival(torch.rand(2, *SAMPLES.get(name, (1, 28, 28))))
    assert found.shape[1] == (1 if name in {"t19", "t20"} else 10)


def test_batches_are_those_of_the_recipes_but_for_videos() -> None:
    differ = {name for name, size in BATCHES.items() if size != template(name).recipe.batch_size}
    assert differ <= {"t19", "t20"}


def test_a_side_answers_every_turn_and_says_why_it_ended() -> None:
    with Side([sys.executable, "-c", ECHO]) as side:
        assert [side.ask("1.5"), side.ask("2")] == [3.0, 4.0]
        with pytest.raises(RuntimeError, match="could not convert"):
            side.ask("soon")


def test_claims_compare_within_rounds() -> None:
    speeds = {"keras": (10.0, 20.0), "keras half": (20.0, 40.0), "bare": (5.0, 10.0)}
    speeds |= {"float32": (13.0, 26.0), "bfloat16": (40.0, 80.0)}
    found = {claim.what: claim for claim in _claims("t20", speeds)}
    assert found["T20 beside Keras"].measured == pytest.approx(1.3)
    assert found["T20 in bfloat16 beside Keras"].limit == 3.0
    assert "2.00 × Keras in bfloat16" in found["T20 in bfloat16 beside Keras"].detail
    assert found["T20 beside eight convolutions"].measured == pytest.approx(8.0)
    assert "in float32 2.60 ×" in found["T20 beside eight convolutions"].detail


def test_the_published_way_makes_coloured_volumes() -> None:
    digit = np.zeros((28, 28))
    digit[6:22, 12:16] = 1
    solid = published(digit)
    assert solid.shape == (16, 16, 16, 3)
    assert solid[:, :2, :2].max() < 0.2 < solid[7:9, 6:10, 7:9].mean()
