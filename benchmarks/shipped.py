"""Every shipped model on all of its test data, beside what its card says that it reaches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.claim import Claim, at_least, at_most
from cnnviz import data, library
from cnnviz.engine.evaluate import evaluate
from cnnviz.errors import DataError
from cnnviz.events import Evaluated
from cnnviz.templates import TEMPLATES, Template, shipped_weights

EDGE_SHARE, EDGE_LOSS = 2e-4, 1e-3
"""What other processors may change: two of 10,000 answers on the edge, and the last digits of a loss."""


def measure(_rounds: int) -> list[Claim]:
    """Return a claim for every model whose data are on this machine."""
    return [claim for found in TEMPLATES.values() if found.trained for claim in _judge(found)]


def _judge(found: Template) -> Iterator[Claim]:
    weights = shipped_weights(found)
    if weights is None:
        return
    card = json.loads((Path(weights).parent / "card.json").read_text("utf-8"))
    try:
        test = data.load(card["data"]["source"]).test
    except DataError:  # such as CIFAR-10, which not every machine has
        return
    module = library.build(found.graph, weights=weights)
    (judged,) = (event for event in evaluate(module, test) if isinstance(event, Evaluated))
    what, detail = (
        f"{card['title']}: shipped weights",
        f"{len(test):,} test samples of {card['data']['name']}",
    )
    if judged.accuracy is not None:
        stated = 100 * (card["test_accuracy"] - EDGE_SHARE)
        yield at_least(what, 100 * judged.accuracy, stated, "% right", detail)
    else:
        yield at_most(what, judged.loss, card["test_loss"] * (1 + EDGE_LOSS), "test loss", detail)
