"""One sample's way back through a network, as numpy arrays: what the engine found the loss to depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.explain.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class End:
    """Where a loss is taken: from the value of `source`, on behalf of the answer `node`.

    `target` has the shape of that value (of the capsules' lengths, where the loss is the margin); a class number is
    written as ones and zeros. `ready` says that the value is a probability already. `weight` is what the loss counts.
    """

    node: str
    source: str
    loss: str
    weight: float
    ready: bool
    target: Array


@dataclass(frozen=True, eq=False)
class Batch:
    """The values and gradients of all samples of a batch, (N, …) each, by the names that a trace has."""

    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    ends: tuple[tuple[End, ...], ...]

    @property
    def size(self) -> int:
        """Return how many samples there are."""
        return len(self.ends)


@dataclass(frozen=True, eq=False)
class Slopes:
    """How the loss changes with every number of a trace: ∂L/∂value, float32, in the shape of the value.

    `gradients` has the trace's names, arrays inside of layers (`lstm1.i`) among them; an array that the engine takes no
    gradient of (a choice, a constant) is missing. `parameters[node][name]` is ∂L/∂parameter. With a `batch`, the
    network ran as in training (batch norm with the batch's own statistics), L is the mean over the batch, and all
    but the parameters belongs to sample number `sample`.
    """

    loss: float
    gradients: Mapping[str, Array]
    parameters: Mapping[str, Mapping[str, Array]]
    ends: tuple[End, ...]
    batch: Batch | None = None
    sample: int = 0

    @property
    def count(self) -> int:
        """Return how many samples the loss is a mean over."""
        return self.batch.size if self.batch else 1

    def gradient(self, array: str) -> Array:
        """Return ∂L/∂ an array of the trace; raise ExplainError where there is none."""
        if array not in self.gradients:
            raise ExplainError(
                f"the loss has no slope along {array!r}.", hint=did_you_mean(array, self.gradients)
            )
        return self.gradients[array]

    def parameter(self, node: str, name: str) -> Array:
        """Return ∂L/∂ a parameter; raise ExplainError where there is none: a running statistic does not learn."""
        found = self.parameters.get(node, {})
        if name not in found:
            hint = did_you_mean(name, found) or "Running statistics are counted, not learned."
            raise ExplainError(f"the loss has no slope along {name!r}.", where=node, hint=hint)
        return found[name]


def member(trace: Trace, slopes: Slopes, sample: int) -> tuple[Trace, Slopes]:
    """Return the trace and the slopes of another sample of the batch."""
    if slopes.batch is None:
        return trace, slopes
    values = {name: array[sample] for name, array in slopes.batch.values.items()}
    gradients = {name: array[sample] for name, array in slopes.batch.gradients.items()}
    moved = replace(slopes, gradients=gradients, ends=slopes.batch.ends[sample], sample=sample)
    return replace(trace, activations=values), moved
