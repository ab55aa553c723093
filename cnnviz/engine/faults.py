"""What goes wrong while a network learns, in words: no numbers any more, no memory left."""

from __future__ import annotations

from collections.abc import Callable

import torch

from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import evaluating
from cnnviz.errors import TrainError
from cnnviz.model.names import attribute
from cnnviz.model.recipe import Recipe


def no_number(module: GraphModule, samples: torch.Tensor, rate: float) -> TrainError:
    """Return what to say when the loss of prepared samples is no number: the layer where that began, and what to do."""
    begins = first_unsound(module, samples)
    return TrainError(
        f"the loss is no number any more{f': {begins}' if begins else ''} (learning rate {rate:g}).",
        hint="Lower the learning rate, clip the gradient, or choose another initialiser.",
    )


def sound(module: torch.nn.Module) -> bool:
    """Say whether all weights are numbers."""
    return all(bool(torch.isfinite(weight).all()) for weight in module.state_dict().values())


def first_unsound(module: GraphModule, samples: torch.Tensor) -> str:
    """Say at which layer values stop being numbers, on the way of the samples through the network; "" if at none."""
    with evaluating(module):
        values = module.activations(samples)
    for name, value in values.items():
        weights = module.get_submodule(attribute(name)) if hasattr(module, attribute(name)) else None
        if weights is not None and not sound(weights):
            return f"the weights of {name} have overflowed"
        if not bool(torch.isfinite(value).all()):
            return f"the values of {name} overflow first"
    return ""


def lacks_memory(error: Exception) -> bool:
    """Say whether an error means that there was not enough memory."""
    text = str(error)
    return isinstance(error, MemoryError) or "out of memory" in text or "allocate memory" in text


def largest_fitting(attempt: Callable[[int], None], count: int) -> int:
    """Return the largest of count/2, count/4 … samples that can be learned at once; 0 if not even one."""
    while count > 1:
        count //= 2
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        try:
            attempt(count)
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
        else:
            return count
    return 0


def explained(error: Exception, recipe: Recipe, fitting: int) -> Exception:
    """Return what to tell the user about an error of torch, or the error itself; `fitting` samples do have room."""
    if lacks_memory(error):
        return _no_memory(recipe, fitting)
    if "more than 1 value per channel" in str(error):
        return TrainError("batch norm can't learn from one image.", hint="Use a batch size of 2 or more.")
    if recipe.compiled and type(error).__module__.startswith("torch._"):
        reason = str(error).strip().splitlines()[0]
        return TrainError(f"torch.compile fails here: {reason}", hint="Switch it off in the recipe.")
    return error


def _no_memory(recipe: Recipe, fitting: int) -> TrainError:
    what = f"there is not enough memory for batches of {recipe.batch_size} samples."
    if not fitting:
        return TrainError(what, hint="Not even one sample fits; choose a smaller network.")
    parts = -(-recipe.batch_size // fitting)
    hint = f"Try a batch size of {fitting}, which fits, or compute each batch in {parts} parts."
    return TrainError(what, hint=hint)
