"""cnnviz without a window, for notebooks and scripts: `import cnnviz` offers what is here, lazily.

Shapes are those of one sample, channels first and without the batch: (C, H, W). Images are uint8 from 0 to 255 or
float32 from 0 to 1. Every error is a `cnnviz.errors.CnnvizError` that says what, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.errors import FileError
from cnnviz.model.codegen import to_code
from cnnviz.model.files import PROJECT_NAME, Project, open_project
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe, recipe_from_dict
from cnnviz.templates import shipped_weights, template

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.control import Control
    from cnnviz.data import Dataset
    from cnnviz.engine.build import GraphModule
    from cnnviz.events import Event
    from cnnviz.explain import Explanation, Trace

    Weights = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Found:
    """A project with the name under which it was found, and the weights that belong to it, if any."""

    name: str
    project: Project
    weights: Path | None


def find(path_or_template: str | Path) -> Found:
    """Return a project file, the project in a folder of a training, or a template; raise FileError or UsageError."""
    path = Path(path_or_template)
    if path.is_dir() and (path / PROJECT_NAME).is_file():
        path /= PROJECT_NAME
    if path.is_file() or path.suffix == ".cnnviz" or len(path.parts) > 1:
        project = open_project(path)
        name = path.parent.name if path.name == PROJECT_NAME else path.stem
        return Found(name or path.stem, project, path.parent / project.weights if project.weights else None)
    known = template(str(path_or_template))
    return Found(known.name, Project(known.graph, known.data, known.recipe), shipped_weights(known))


def load(path_or_template: str | Path) -> Graph:
    """Return the graph of a project file (`net.cnnviz`) or of a template (`t10`, `lenet5`).

    Raises FileError where a file can't be read, UsageError where there is no such template.
    """
    return find(path_or_template).project.graph


def build(graph: Graph, *, weights: Weights | str | Path | None = None, seed: int = 0) -> GraphModule:
    """Return the `torch.nn.Module` of a graph; its children are called like the nodes.

    `module(x)` takes a batch (N, C, H, W) of float32 (one per input) and returns the output node's value (a tuple where
    there are several), `module.logits(x)` the scores before a last softmax. Weights are random ones of the seed, or
    those given: arrays by name as in torch's state dict, or the path of a `.safetensors` file. Raises GraphError where
    the graph can't run, WeightsError where weights don't fit.
    """
    from cnnviz.engine import weights as engine_weights
    from cnnviz.engine.build import build as build_module

    module = build_module(graph, seed=seed)
    if weights is not None:
        values = engine_weights.load(Path(weights)) if isinstance(weights, (str, Path)) else weights
        engine_weights.apply(module, values)
    return module


def train(
    graph: Graph,
    dataset: Dataset | str = "mnist",
    recipe: Recipe | None = None,
    *,
    data_dir: str | Path | None = None,
    validation: int | None = None,
    control: Control | None = None,
    weights: Weights | None = None,
    pinned: NDArray[Any] | None = None,
    **changes: Any,
) -> Iterator[Event]:
    """Train a graph and yield what happens (`cnnviz.events`): `StepDone` per batch, `Evaluated`, at last `Finished`.

    `dataset` is a `cnnviz.data.Dataset` or the address of one, such as `mnist` or `voxels:seed=3`; `data_dir`
    holds one folder per data set. `changes` are entries of the recipe, such as `epochs=1` or `learning_rate=1e-3`.
    `validation` images (0 or more; by default 5,000, or a sixth of a small set) are held out of the training images.
    `control` pauses and cancels, `pinned` is a float32 sample (C, H, W) to watch. `Snapshot` events carry the weights,
    which `build(graph, weights=...)` takes. Raises DataError, GraphError, TrainError or WeightsError.
    """
    from cnnviz.data import load as load_data
    from cnnviz.engine.train import train as run

    found = load_data(dataset, data_dir) if isinstance(dataset, str) else dataset
    choice = fitting_choice(DataChoice(found.name), len(found.train), validation)
    full = recipe_from_dict({**(recipe or Recipe()).to_dict(), **changes})
    yield from run(graph, found, full, choice, control=control, weights=weights, pinned=pinned)


def trace(module: GraphModule, x: NDArray[Any], *more: NDArray[Any]) -> Trace:
    """Return all activations of one sample x (C, H, W), float32 from 0 to 1, as numpy arrays.

    A network with several inputs takes an array for each, in the order of the graph. `trace.activation("conv1")` is
    (C, H, W). Raises ExplainError where an array has another shape than its input.
    """
    from cnnviz.engine.trace import trace as run

    return run(module, x, *more)


def explain(trace: Trace, node: str, index: Sequence[int]) -> Explanation:
    """Return what one output number of a node is made of: `terms`, their `sum`, `engine`'s value, the `difference`.

    `node` may also be an array inside a layer, such as `lstm1.i`. `index` counts from 0 and has no batch:
    (channel, row, column) in a map. Raises ExplainError.
    """
    from cnnviz.explain import explain as run

    return run(trace, node, index)


def fitting_choice(choice: DataChoice, count: int, validation: int | None = None) -> DataChoice:
    """Return a data choice for `count` training images: with so many held out, or fewer where the set is small."""
    if validation is not None:
        return replace(choice, validation=validation)
    return choice.fitted(count)


__all__ = [
    "FileError", "Found", "Graph", "build", "explain", "find", "fitting_choice", "load", "to_code", "trace", "train",
]  # fmt: skip
