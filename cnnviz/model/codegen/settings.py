"""What the settings of a recipe add to the loop of a script: a few lines each, and functions that are copied."""

from __future__ import annotations

from cnnviz.model.codegen import copies
from cnnviz.model.codegen.writing import written
from cnnviz.model.names import attribute
from cnnviz.model.recipe import Recipe

_FUNCTIONS = {"cosine": "cosine", "one-cycle": "one_cycle", "step": "dropped"}
PLANNED = ("constant", *_FUNCTIONS)
"""The schedules that a script follows; a plateau needs validation images, which it has not."""


def functions(recipe: Recipe) -> list[str]:
    """Return the texts of the functions that the loop calls."""
    names = [_FUNCTIONS[recipe.schedule]] if recipe.schedule in _FUNCTIONS else []
    if recipe.warm_up:
        names.append("warmed")
    texts = [copies.schedule(*names)] if names else []
    return [*texts, copies.penalty()] if recipe.l1 or recipe.l2 else texts


def rate_lines(recipe: Recipe, steps: str) -> str:
    """Return the lines that set the learning rate of a step; "" where it stays."""
    shape = _shape(recipe, "step", steps)
    if recipe.warm_up:
        length, after = f"{steps} - {recipe.warm_up}", f"step - {recipe.warm_up}"
        first, rest = _shape(recipe, "0", length), _shape(recipe, after, length)
        rise = f"warmed(step, {recipe.warm_up})" + (f" * {first}" if first else "")
        shape = f"({rise} if step < {recipe.warm_up} else {rest or '1.0'})"
    if not shape:
        return ""
    return f"""
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * {shape}"""


def _shape(recipe: Recipe, step: str, steps: str) -> str:
    """Return the call that gives the share of a step after the warm-up; "" where that is 1."""
    if recipe.schedule == "step":
        at = str(recipe.warm_up) if step == "0" else "step"
        return f"dropped({at}, {written(recipe.drop_steps)}, {recipe.drop_factor!r})"
    name = _FUNCTIONS.get(recipe.schedule, "")
    return f"{name}({step}, {steps})" if name else ""


def penalty_line(recipe: Recipe) -> str:
    """Return the line that adds L1 and L2 to the loss, if there are any."""
    if not recipe.l1 and not recipe.l2:
        return ""
    learned = "[each for each in net.parameters() if each.requires_grad]"
    return f"\n        loss = loss + penalty({learned}, {recipe.l1!r}, {recipe.l2!r})"


def freezing_lines(recipe: Recipe) -> str:
    """Return the lines that let layers stay as they are, if any should."""
    if not recipe.freeze:
        return ""
    layers = ", ".join(f"net.{attribute(name)}" for name in recipe.freeze)
    return f"""
    for layer in [{layers}]:
        layer.requires_grad_(False).eval()"""


def smoothing_argument(recipe: Recipe) -> str:
    """Return what cross entropy is given for label smoothing, if there is any."""
    return f", label_smoothing={recipe.label_smoothing!r}" if recipe.label_smoothing else ""
