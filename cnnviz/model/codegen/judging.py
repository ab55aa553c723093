"""What a script holds out, how it judges on that, and what the judgement decides: when to drop, to stop, to go back."""

from __future__ import annotations

from cnnviz.model.codegen.writing import call_lines
from cnnviz.model.recipe import DataChoice, Recipe

AT_ONCE = 500
"""Samples that are judged at once, as in `cnnviz.engine.evaluate`."""


def holding_out(choice: DataChoice) -> str:
    """Return the function that deals samples into those to learn from and those to judge by, as cnnviz does.

    It is what `cnnviz.data.split` does for sound numbers.
    """
    if choice.folds:
        rest = f"""    parts = np.array_split(order, {choice.folds})
    learned = np.concatenate([part for at, part in enumerate(parts) if at != {choice.fold}])
    return torch.from_numpy(learned), torch.from_numpy(parts[{choice.fold}])"""
    else:
        rest = """    held_out = min(VALIDATION, count // 6)
    return order[held_out:], order[:held_out]"""
    order = f"np.random.Generator(np.random.PCG64({choice.seed})).permutation(count)"
    order = order if choice.folds else f"torch.from_numpy({order})"
    return f'''def dealt(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the places of samples to learn from, and of those to judge by."""
    order = {order}
{rest}'''


def judge_text(arrays: tuple[str, ...], *, counts: bool) -> str:
    """Return the function that judges samples; `counts` says that the answers are one row of class scores."""
    typed = [
        "lesson: Loss",
        "places: torch.Tensor",
        "device: str",
        *(f"{name}: torch.Tensor" for name in arrays),
    ]
    head = "\n".join(call_lines("def ", "judge", typed, " -> tuple[float, str]:"))
    taken = [
        f"{each}[part].to(device)" if each == "y" else f"prepared({each}[part].to(device))" for each in arrays
    ]
    right = ""
    if counts:
        right = f"""
            right += int((lesson.net({taken[0]}).argmax(dim=1) == {taken[-1]}).sum())"""
    told = 'f"loss {loss:.4f}, accuracy {right / len(places):.2%}"' if counts else 'f"loss {loss:.4f}"'
    return f'''{head}
    """Return the mean loss of samples, and in words how good the network is on them."""
    modes = {{child: child.training for child in lesson.modules()}}
    lesson.eval()
    {"total, right = 0.0, 0" if counts else "total = 0.0"}
    with torch.no_grad():
        for part in places.split({AT_ONCE}):
            total += len(part) * lesson({", ".join(taken)}).item(){right}
    for child, mode in modes.items():
        child.training = mode
    loss = total / len(places)
    return loss, {told}'''


def beginning_lines(recipe: Recipe) -> str:
    """Return the lines in front of the loop that judgements need."""
    found = ""
    if recipe.schedule == "plateau":
        found += "\n    share, waited = 1.0, 0"
    if recipe.early_stopping:
        found += "\n    kept, worse = {}, 0"
    return f'\n    best = float("inf"){found}' if found else ""


def deciding_lines(recipe: Recipe, arrays: tuple[str, ...], steps: str) -> str:
    """Return the lines at the end of a step that judge an epoch, and do what the recipe wants then."""
    given = ", ".join(arrays)
    found = f"""
        if len(judged) and ((step + 1) % per_epoch == 0 or step + 1 == {steps}):
            lowest, words = judge(lesson, judged, device, {given})
            if rank == 0:
                print(f"step {{step + 1:,}}: validation {{words}}", flush=True)"""
    if recipe.schedule != "plateau" and not recipe.early_stopping:
        return found
    found += """
            if world > 1:  # the first process decides
                told = torch.tensor([lowest], dtype=torch.float64)
                distributed.broadcast(told, 0)
                lowest = told.item()"""
    if recipe.schedule == "plateau":
        found += f"""
            waited = 0 if lowest < best else waited + 1
            if waited == {recipe.drop_patience}:
                share, waited = share * {recipe.drop_factor!r}, 0"""
    if recipe.early_stopping:
        found += """
            worse = 0 if lowest < best else worse + 1
            if not worse:
                kept = {name: value.clone() for name, value in net.state_dict().items()}"""
    found += """
            best = min(best, lowest)"""
    if recipe.early_stopping:
        found += f"""
            if worse >= {recipe.early_stopping}:
                break"""
    return found


def ending_lines(recipe: Recipe) -> str:
    """Return the lines behind the loop that go back to the best weights, if the recipe wants that."""
    if not recipe.early_stopping:
        return ""
    return """
    if kept:
        net.load_state_dict(kept)"""
