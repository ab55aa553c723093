"""A whole script: docstring, imports, the modules torch lacks, `Net`, the training, and what runs it."""

from __future__ import annotations

from cnnviz.errors import GraphError
from cnnviz.layers import times
from cnnviz.model.check import Report, check
from cnnviz.model.codegen import copies
from cnnviz.model.codegen.network import class_text, ends_of
from cnnviz.model.codegen.training import Lesson, left_out, training_text
from cnnviz.model.codegen.writing import import_lines, names_in
from cnnviz.model.graph import Graph
from cnnviz.model.names import modules_of
from cnnviz.model.recipe import DataChoice, Recipe

_IMPORTS = {
    "DistributedDataParallel": ("torch.nn.parallel", "DistributedDataParallel"),
    "Path": ("pathlib", "Path"),
    "argparse": ("argparse", ""),
    "distributed": ("torch", "distributed"),
    "functional": ("torch.nn", "functional"),
    "islice": ("itertools", "islice"),
    "load_file": ("safetensors.torch", "load_file"),
    "math": ("math", ""),
    "nn": ("torch", "nn"),
    "np": ("numpy", ""),
    "os": ("os", ""),
    "save_file": ("safetensors.torch", "save_file"),
    "torch": ("torch", ""),
}


def to_code(
    graph: Graph, recipe: Recipe | None = None, choice: DataChoice | None = None, *, weights: str = ""
) -> str:
    """Return a self-contained script with a class `Net`; raise GraphError where the graph can't run.

    `Net` has the same state dict as `cnnviz.build(graph)` and returns the same values; of several outputs, a tuple.
    With a recipe, the script also has `train(x, y)`, starts from the very weights that cnnviz starts from, and holds
    out the very samples that cnnviz does by the data choice. `weights` is the name of a .safetensors file beside the
    script; without one, the script loads none.
    """
    report = check(graph).require()
    ends = ends_of(graph, report)
    if not report.input or not report.output:
        raise GraphError("the network needs one input and one output.", where=graph.title)
    modules, own = modules_of(graph), copies.own_classes()
    used = sorted({call.name for pairs in modules.values() for _, call in pairs} & set(own))
    net = class_text(graph, report, modules, ends, frozenset(used))
    lesson = Lesson(graph, report, ends, net.scores)
    parts = [*(own[name] for name in used), net.text]
    trained = recipe is not None and lesson.possible
    if recipe is not None and trained:
        numbers, *loop = training_text(lesson, recipe, choice or DataChoice())
        parts = [numbers, *parts, copies.initialiser(), *loop]
    parts.append(_main(lesson, weights, trained=trained))
    known = {**copies.imports(), **_IMPORTS}
    needed = {name for part in parts for name in names_in(part)}
    head = [
        _docstring(graph, report, left_out(recipe, lesson) if recipe and trained else None),
        *import_lines({name: known[name] for name in sorted(needed & set(known))}),
    ]
    if trained:
        head.append(parts.pop(0))
    return "\n\n".join(head) + "\n\n\n" + "\n\n\n".join(parts) + "\n"


def _docstring(graph: Graph, report: Report, missing: list[str] | None) -> str:
    """Return the words at the top; `missing` is what a script that trains leaves out, None if it does not train."""
    title = "".join(each for each in graph.title if each.isprintable()).replace("\\", "/").replace('"', "'")
    shape = report.row(report.input).shape or ()
    running = f" (and {report.non_trainable:,} running statistics)" if report.non_trainable else ""
    counts = f"{report.trainable:,} parameters{running}, {report.macs:,} multiply-adds"
    text = (
        f"{title.strip() or 'A network'}, written by cnnviz.\n\n{counts} for one sample of {times(shape)}.\n"
    )
    if missing is not None:
        text += "\n    python net.py --train data.npz                          trains on its arrays"
        text += "\n    torchrun --nproc-per-node=2 net.py --train data.npz     the same in two processes\n"
    if missing:
        text += f"\nNot in this script: {', '.join(missing)}.\n"
    return f'"""{text}"""'


def _main(lesson: Lesson, weights: str, *, trained: bool) -> str:
    lines = ['if __name__ == "__main__":']
    if trained:
        lines += [
            "    parser = argparse.ArgumentParser()",
            '    parser.add_argument("--train", metavar="DATA.npz", help="train on the arrays of this file")',
            '    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps")',
            '    parser.add_argument("--out", default="trained.safetensors", help="where trained weights go")',
            "    options = parser.parse_args()",
            "    if options.train:",
            "        net = train(*load(options.train), options.device)",
            '        if os.environ.get("RANK", "0") == "0":',
            '            if test := load(options.train, "test"):',
            "                every = torch.arange(len(test[0]))",
            "                _, words = judge(Loss(net), every, options.device, *test)",
            '                print(f"test {words}")',
            "            save_file(net.cpu().state_dict(), options.out)",
            "        raise SystemExit",
        ]
    lines.append("    net = Net().eval()")
    if weights:
        lines.append(f'    net.load_state_dict(load_file(Path(__file__).with_name("{weights}")))')
    samples = []
    for name in lesson.ends.inputs:
        sizes = ", ".join(str(entry) for entry in (1, *(lesson.report.row(name).shape or ())))
        samples.append(f"torch.zeros({sizes})")
    names = lesson.ends.arguments()
    lines += [f"    {name} = {sample}" for name, sample in zip(names, samples, strict=True)]
    answer = f"net({', '.join(names)})"
    if len(lesson.ends.outputs) == 1 and len(names) == 1:
        lines.append(f'    print(f"{{tuple(x.shape)}} -> {{tuple({answer}.shape)}}")')
    else:
        several = answer if len(lesson.ends.outputs) > 1 else f"[{answer}]"
        lines.append(f"    print(*(tuple(each.shape) for each in {several}))")
    return "\n".join(lines)


__all__ = ["to_code"]
