"""The command that looks for a learning rate."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, replace

from cnnviz import library
from cnnviz.cli import recipe, report, subject
from cnnviz.cli.command import Command, add_json


def _find(options: argparse.Namespace) -> int:
    from cnnviz.engine.finder import find_rate
    from cnnviz.events import Answer, RateTried
    from cnnviz.model.ratesearch import RateSearch

    found = subject.find(options)
    chosen = recipe.changed(found.project.recipe, options)
    dataset = subject.load_data(options, found)
    choice = library.fitting_choice(
        replace(found.project.data, source=dataset.name), len(dataset.train), None
    )
    search, start = RateSearch((), (), ()), time.perf_counter()
    with report.Progress("tries") as bar:
        for event in find_rate(found.project.graph, dataset, chosen, choice):
            if isinstance(event, RateTried):
                label = f"learning rate {event.learning_rate:.1e}  loss {event.smoothed:.4f}"
                bar.show(label, event.step, event.steps, event.step / (time.perf_counter() - start))
            elif isinstance(event, Answer):
                search = event.value
    if options.json:
        report.result_json({"network": found.name, "suggestion": search.suggestion, **asdict(search)})
    elif search.suggestion is None:
        report.result(
            "The loss falls at no learning rate that was tried; check the network and the initialiser."
        )
    else:
        report.result(
            f"learning rate {search.suggestion:g}: there the loss falls most steeply ({found.name})"
        )
    return 0


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    subject.add_data(parser)
    recipe.add_recipe(parser)
    add_json(parser)


FIND_RATE = Command(
    "find-rate",
    "Look for a learning rate: 100 batches, each with a higher one, until the loss breaks away.",
    "cnnviz find-rate t1 --data mnist --optimiser adam",
    _declare,
    _find,
)
