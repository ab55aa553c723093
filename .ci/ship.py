"""Ships a trained network: python .ci/ship.py RUN NAME puts the weights of a finished run into models/NAME.

`models/NAME/card.json` must be there with what no run knows: title, about, template, data (name, source, note), told,
command, machine, reported, closing, and checks (data, samples). What the run knows is filled in, every check is
measured, and `card.md` is written from all of it.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz import data, library
from cnnviz.engine.build import GraphModule
from cnnviz.engine.evaluate import evaluate
from cnnviz.events import Evaluated
from cnnviz.runs import Run
from cnnviz.templates import template

MODELS = Path(__file__).resolve().parents[1] / "models"
MEASURED = ("test_accuracy", "test_loss", "validation_accuracy", "validation_loss")


def ship(run: Path, folder: Path) -> None:
    """Fill the folder of a model from the folder of a run."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    shutil.copyfile(run / "weights.safetensors", folder / "weights.safetensors")
    card |= learned(run)
    found = template(card["template"])
    card |= {"parameters": found.params, "statistics": found.running}
    module = library.build(found.graph, weights=folder / "weights.safetensors")
    card["checks"] = [measured(module, check) for check in card["checks"]]
    if "test_accuracy" not in card:
        card["reached"] = card["reached_as"].format(**card, frame=4096 * card["test_loss"])
    (folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (folder / "card.md").write_text(page(card), "utf-8")


def learned(run: Path) -> dict[str, Any]:
    """Return recipe, data and results of a run."""
    kept = Run(run)
    end, project, about = kept.journal.summary, kept.project, kept.about
    if kept.journal.outcome != "finished":
        raise SystemExit(f"{run} has not come to its end.")
    card: dict[str, Any] = {"recipe": project.recipe.to_dict(), "steps": end["steps"]}
    card["minutes"] = round(end["seconds"] / 60, 1)
    card["torch"] = about.versions["torch"].partition("+")[0]
    card["samples"] = {
        "training": about.data["train"] - project.data.validation,
        "validation": project.data.validation,
        "test": about.data["test"],
        "seed": project.data.seed,
    }
    return card | {name: end[name] for name in MEASURED if name in end}


def measured(module: GraphModule, check: dict[str, Any]) -> dict[str, Any]:
    """Return a check with its number: the accuracy, or else the loss, on the first test samples of made data."""
    split = data.load(check["data"]).test
    places = np.arange(check["samples"])
    (judged,) = (each for each in evaluate(module, split, places) if isinstance(each, Evaluated))
    number = {"loss": judged.loss} if judged.accuracy is None else {"accuracy": judged.accuracy}
    return {"data": check["data"], "samples": check["samples"], **number}


def page(card: dict[str, Any]) -> str:
    """Return the card for people."""
    rows = [("Data", f"{card['data']['name']}: {counts(card)}. {card['data']['note']}".strip())]
    rows += [("Recipe", card["told"])]
    for which in ("validation", "test"):
        if f"{which}_loss" in card:
            rows.append((f"{which.title()} ({card['samples'][which]:,} samples)", judged(card, which)))
    rows += [("Reported in the notes", card["reported"])] if card["reported"] else []
    busy = f"{card['minutes']} minutes of training, shared with other programs"
    rows.append(("Machine", f"{card['machine']}; torch {card['torch']}; {busy}"))
    table = "\n".join(f"| {name} | {text} |" for name, text in rows)
    sizes = f"{card['parameters']:,} parameters"
    sizes += f" and {card['statistics']:,} running statistics" if card["statistics"] else ""
    parts = (
        f"# {card['title']}",
        f"{card['about']} {sizes}.",
        f"| | |\n|---|---|\n{table}",
        "Train it again:",
    )
    return "\n\n".join((*parts, f"    {card['command']}", card["closing"])) + "\n"


def judged(card: dict[str, Any], which: str) -> str:
    """Return accuracy and loss in words."""
    accuracy = card.get(f"{which}_accuracy")
    right = "" if accuracy is None else f"accuracy {accuracy:.2%}, ".replace("%", " %")
    reached = f"; {card['reached']}" if which == "test" and "reached" in card else ""
    return f"{right}loss {card[f'{which}_loss']:.4f}{reached}"


def counts(card: dict[str, Any]) -> str:
    """Return how many samples there are to learn from and to judge on."""
    found = card["samples"]
    held = f", {found['validation']:,} held out (split seed {found['seed']})" if found["validation"] else ""
    return f"{found['training']:,} training samples{held}, {found['test']:,} to test with"


if __name__ == "__main__":
    ship(Path(sys.argv[1]), MODELS / sys.argv[2])
