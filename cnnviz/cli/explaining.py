"""The command that says what one number of a network is made of."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cnnviz.cli import report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import ExplainError
from cnnviz.layers import times
from cnnviz.model.checking.freesize import admits

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.engine.build import GraphModule
    from cnnviz.explain import Explanation

SHOWN_TERMS = 30


def _explain(options: argparse.Namespace) -> int:
    from cnnviz.engine import weights as engine_weights
    from cnnviz.engine.build import build
    from cnnviz.engine.trace import predict, trace
    from cnnviz.explain import explain

    found = subject.find(options)
    module = build(found.project.graph, seed=options.seed, initialiser=found.project.recipe.initialiser)
    weights, origin = subject.load_weights(options, found)
    if weights is not None:
        engine_weights.apply(module, weights)
    dataset = subject.load_data(options, found)
    _check_fit(module, dataset)
    split = dataset.train if options.split == "train" else dataset.test
    sample = split.sample(options.sample)
    traced = trace(module, sample)
    explanation = explain(traced, options.node or module.scores_node, options.index)
    about = {
        "network": found.name,
        "weights": origin,
        "data": dataset.name,
        "split": options.split,
        "sample": options.sample,
        "label": int(split.class_numbers[options.sample]) if len(split.class_numbers) else None,
        "prediction": int(predict(module, sample[None]).argmax()) if module.main_head.classifies else None,
    }
    report.tell(f"Weights: {origin}.")
    if options.json:
        report.result_json({**about, **explanation.to_dict()})
    else:
        report.result(_text(explanation, about))
    return 0


def _check_fit(module: GraphModule, dataset: Dataset) -> None:
    name = module.report.input
    if not admits(module.graph, name, dataset.shape):
        wanted = module.report.row(name).shape or ()
        raise ExplainError(
            f"the network takes {times(wanted)}, but {dataset.title} has {times(dataset.shape)}.",
            hint="Choose other data with --data.",
        )


def _text(found: Explanation, about: dict[str, Any]) -> str:
    lines = [f"{found.title}: {found.rule}" if found.rule else found.title]
    sample = "sample {sample} of {data} ({split})".format(**about)
    sample += f": label {about['label']}" if about["label"] is not None else ""
    named = about["prediction"] is not None
    lines.append(f"{sample}, prediction {about['prediction']}" if named else sample)
    lines += _term_lines(found)
    told = {term.label for term in found.offsets}
    lines += [f"  {c.name} = {report.plain(c.value)}" for c in found.constants if c.name not in told]
    lines += [found.note] if found.note else []
    if found.function:
        lines.append(f"{found.function}({report.plain(found.sum)}) = {report.plain(found.result)}")
    name, value = ("result", found.result) if found.function else ("sum", found.sum)
    closes = "closes" if found.closes else "DOES NOT CLOSE"
    closing = f"{name} {report.plain(value)} | engine {report.plain(found.engine)}"
    return "\n".join([*lines, f"{closing} | difference {found.difference:.2e} | {closes}"])


def _term_lines(found: Explanation) -> list[str]:
    """Return the largest terms, one per line, and the sum of the others."""
    terms = sorted(found.terms, key=lambda term: -abs(term.product))
    rows = []
    for term in terms[:SHOWN_TERMS]:
        factors = " · ".join(f"{name} {report.plain(value)}" for name, value in term.factors)
        rows.append((f"  {term.origin}", factors, "=", report.plain(term.product)))
    lines = [report.table(rows, right=(3,))] if rows else []
    rest = terms[SHOWN_TERMS:]
    if rest:
        total = report.plain(sum(term.product for term in rest))
        lines.append(f"  {len(rest):,} smaller terms, together {total} (--json has them all)")
    return lines


def _index(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no index; write whole numbers with commas, such as 0,3,4"
        ) from None


def _whole(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return number


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    parser.add_argument(
        "--node", metavar="NAME", required=True, help="a layer, or an array inside one: lstm1.i"
    )
    parser.add_argument(
        "--index", metavar="c,i,j", type=_index, required=True, help="channel, row, column, from 0"
    )
    parser.add_argument("--sample", metavar="K", type=_whole, default=0, help="which image (default: 0)")
    parser.add_argument(
        "--split", choices=["test", "train"], default="test", help="of which split (default: test)"
    )
    subject.add_data(parser)
    parser.add_argument(
        "--weights", metavar="W", help=f"a .safetensors file, or `{subject.RANDOM}` (default: those of X)"
    )
    parser.add_argument("--seed", type=_whole, default=0, help="seed of random weights (default: 0)")
    add_json(parser)


EXPLAIN = Command(
    "explain",
    "Say what one number of a network is made of: every term, their sum, and the engine's own value.",
    "cnnviz explain lenet5 --sample 3 --node conv1 --index 0,12,14\n"
    "cnnviz explain t1 --weights runs/t1/weights.safetensors --data mnist --node dense2 --index 7 --json",
    _declare,
    _explain,
)
