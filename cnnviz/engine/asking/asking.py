"""From a question to whoever answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cnnviz.engine.asking.filters import filters
from cnnviz.engine.asking.gathering import code, judgement, likeness, probes
from cnnviz.engine.asking.ideal import ideal
from cnnviz.engine.attribute import strongest
from cnnviz.engine.attribute.answering import module_of
from cnnviz.engine.build import GraphModule
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.asking import questions
from cnnviz.explain.asking.questions import AskAny, AskStrongest, Samples
from cnnviz.explain.trace import Trace

Splits = Mapping[str, Samples]
"""The samples by split, `train` and `test`."""


def ask(trace: Trace, question: AskAny, splits: Splits) -> Iterator[Progress | Answer]:
    """Yield the answer for the network and weights that a trace was made from; ExplainError where there is none."""
    module = module_of(trace)
    if len(module.report.inputs) != 1:
        raise ExplainError("only networks with one input can be shown all samples.", where=trace.graph.title)
    yield from _ANSWERS[type(question)](module, trace, question, splits)


def _strongest(
    module: GraphModule, _trace: Trace, question: AskStrongest, splits: Splits
) -> Iterator[Progress | Answer]:
    test = splits["test"]
    yield from strongest(module, test.sample, min(question.count, test.count))


_ANSWERS: dict[type, Callable[[GraphModule, Trace, Any, Splits], Iterator[Progress | Answer]]] = {
    questions.AskCode: code,
    questions.AskProbes: probes,
    questions.AskJudgement: judgement,
    questions.AskStrongest: _strongest,
    questions.AskLikeness: likeness,
    questions.AskIdeal: ideal,
    questions.AskFilters: filters,
}
