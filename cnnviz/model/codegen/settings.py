"""What the settings of a recipe add to the loop of a script: a few lines each, and functions that are copied."""

from __future__ import annotations

from cnnviz.model.codegen import copies
from cnnviz.model.codegen.writing import call_lines, written
from cnnviz.model.names import attribute
from cnnviz.model.recipe import Recipe

_FUNCTIONS = {"cosine": "cosine", "one-cycle": "one_cycle", "step": "dropped"}
_TYPES = {"bfloat16": "torch.bfloat16", "float16": "torch.float16"}


def functions(recipe: Recipe) -> list[str]:
    """Return the texts of the functions that the loop calls."""
    names = [_FUNCTIONS[recipe.schedule]] if recipe.schedule in _FUNCTIONS else []
    if recipe.warm_up:
        names.append("warmed")
    texts = [copies.schedule(*names)] if names else []
    return [*texts, copies.penalty()] if recipe.l1 or recipe.l2 else texts


def rate_lines(recipe: Recipe, steps: str) -> str:
    """Return the lines that set the learning rate of a step; "" where it stays."""
    shape = "share" if recipe.schedule == "plateau" else _shape(recipe, "step", steps)
    if recipe.warm_up:
        length, after = f"{steps} - {recipe.warm_up}", f"step - {recipe.warm_up}"
        first, rest = _shape(recipe, "0", length), _shape(recipe, after, length)
        rest = "share" if recipe.schedule == "plateau" else rest
        first = first or ("share" if recipe.schedule == "plateau" else "")
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


def penalty_line(recipe: Recipe, indent: str) -> str:
    """Return the line that adds L1 and L2 to the loss, if there are any."""
    if not recipe.l1 and not recipe.l2:
        return ""
    learned = "[each for each in net.parameters() if each.requires_grad]"
    return f"\n{indent}loss = loss + penalty({learned}, {recipe.l1!r}, {recipe.l2!r})"


def preparing_lines(recipe: Recipe) -> str:
    """Return the lines in front of the loop for what draws shares, and for what scales small gradients."""
    found = ""
    if recipe.mixup:
        found += "\n    mixer = np.random.Generator(np.random.PCG64(SEED))"
    if recipe.precision == "float16":
        found += "\n    scaler = torch.amp.GradScaler(torch.device(device).type)"
    return found


def learning_lines(recipe: Recipe, values: list[str], arrays: tuple[str, ...]) -> str:
    """Return the lines that add up the gradients of a batch, computed in parts, blended and cast as the recipe wants.

    `values` are the expressions of the batch's arrays, called `arrays`.
    """
    plain = not recipe.mixup and recipe.accumulate == 1
    if plain:
        return _lesson_lines(recipe, ", ".join(values), "        ", "")
    batch = "".join(f"\n        batch_{name} = {value}" for name, value in zip(arrays, values, strict=True))
    chunks = ", ".join(f"batch_{name}.chunk({recipe.accumulate})" for name in arrays)
    names = ", ".join(f"part_{name}" for name in arrays)
    first = f"part_{arrays[0]}"
    loop = f"{batch}\n        for {names} in zip({chunks}, strict=True):"
    if len(arrays) == 1:
        loop = f"{batch}\n        for {names} in {chunks}:"
    given = names
    if recipe.mixup:
        loop += f"""
            kept_share, order = mixer.beta({recipe.mixup!r}, {recipe.mixup!r}), mixer.permutation(len({first}))
            partners = torch.from_numpy(order).to(device)
            mixed = {first}.lerp({first}[partners], 1 - kept_share)"""
        answers = [f"{each}, {each}[partners], kept_share" for each in names.split(", ")[1:]]
        given = ", ".join(["mixed", *answers])
    share = f" * (len({first}) / len(places))" if recipe.accumulate > 1 else ""
    return loop + _lesson_lines(recipe, given, "            ", share)


def _lesson_lines(recipe: Recipe, given: str, indent: str, share: str) -> str:
    """Return the lines that compute the loss of samples, and add its gradients."""
    inner = indent
    found = ""
    if recipe.precision in _TYPES:
        found = f"\n{indent}with torch.autocast(torch.device(device).type, {_TYPES[recipe.precision]}):"
        inner = f"{indent}    "
    found += "\n" + "\n".join(call_lines(f"{inner}loss = ", "model", given.split(", ")))
    found += penalty_line(recipe, indent)
    found += f"\n{indent}loss = loss{share}" if share else ""
    found += f"\n{indent}if world > 1:  # parts of a batch may be unequal"
    found += f"\n{indent}    loss = loss * (len(places) * world / len(batch))"
    backward = "scaler.scale(loss).backward()" if recipe.precision == "float16" else "loss.backward()"
    return f"{found}\n{indent}{backward}"


def moving_lines(recipe: Recipe) -> str:
    """Return the lines that change the weights by their gradients."""
    scaled, found = recipe.precision == "float16", ""
    if recipe.clip_norm:
        found += "\n        scaler.unscale_(optimiser)" if scaled else ""
        found += f"\n        nn.utils.clip_grad_norm_(model.parameters(), {recipe.clip_norm!r})"
    if scaled:
        return f"{found}\n        scaler.step(optimiser)\n        scaler.update()"
    return f"{found}\n        optimiser.step()"


def freezing_lines(recipe: Recipe) -> str:
    """Return the lines that let layers stay as they are, if any should."""
    if not recipe.freeze:
        return ""
    layers = ", ".join(f"net.{attribute(name)}" for name in recipe.freeze)
    return f"""
    for layer in [{layers}]:
        layer.requires_grad_(False).eval()"""


def smoothing_argument(recipe: Recipe) -> str:
    """Return what cross entropy is given for label smoothing, if there is any; a judgement knows none."""
    smoothing = recipe.label_smoothing
    return f", label_smoothing={smoothing!r} if self.training else 0.0" if smoothing else ""
