"""From a question to its answer, in pieces: whoever asks can give up between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from cnnviz.engine.attribute import classmaps, slopes
from cnnviz.engine.attribute.occlusion import occlusion
from cnnviz.engine.attribute.slopes import Pieces
from cnnviz.engine.attribute.subject import Subject, held_still
from cnnviz.engine.build import GraphModule
from cnnviz.engine.weights import fitted
from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.events import Answer, Progress
from cnnviz.explain.attribution import Attribution, Question
from cnnviz.explain.trace import Trace
from cnnviz.model.names import attribute as attribute_name

Array = NDArray[Any]

_WAYS: dict[str, Callable[[Subject], Pieces]] = {
    "saliency": slopes.saliency,
    "gradient-input": slopes.gradient_times_input,
    "integrated": slopes.integrated_gradients,
    "smoothgrad": slopes.smoothgrad,
    "guided": slopes.guided_backprop,
    "deconvnet": slopes.deconvnet,
    "grad-cam": classmaps.grad_cam,
    "cam": classmaps.class_activation,
    "occlusion": occlusion,
}


def answering(
    module: GraphModule, samples: Sequence[Array], question: Question
) -> Iterator[Progress | Answer]:
    """Yield how far the work is, and last the Attribution; one sample (C, …), float32, per Input.

    Between two pieces the module is as it was before: modes, hooks, weights, gradients. Raise ExplainError where the
    question does not fit the network.
    """
    if question.method not in _WAYS:
        hint = did_you_mean(question.method, _WAYS)
        raise ExplainError(f"there is no method {question.method!r}.", hint=hint)
    pieces = _WAYS[question.method](Subject(module, samples, question))
    while True:
        with held_still(module):
            piece = next(pieces)
        if isinstance(piece, Attribution):
            yield Answer(piece)
            return
        yield piece


def attribute(module: GraphModule, samples: Sequence[Array], question: Question) -> Attribution:
    """Return the answer to a question."""
    *_, last = answering(module, samples, question)
    assert isinstance(last, Answer)
    found: Attribution = last.value
    return found


def answer_trace(trace: Trace, question: Question) -> Iterator[Progress | Answer]:
    """Yield the same for the network, weights and samples that a trace was made from."""
    module = module_of(trace)
    yield from answering(module, [trace.activations[name] for name in module.report.inputs], question)


def module_of(trace: Trace) -> GraphModule:
    """Return the network that a trace was made from, with its weights."""
    weights = {
        f"{attribute_name(node)}.{name}": array
        for node, arrays in trace.parameters.items()
        for name, array in arrays.items()
    }
    return fitted(trace.graph, weights, 0)
