"""The actions that work everywhere in the window, with their words and keys; Ctrl K and the menu list them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """One declared action: `name` is how code finds it."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""


COMMANDS = (
    Command("new", "New model", ("Ctrl+N",), "Start with an empty canvas"),
    Command("open", "Open…", ("Ctrl+O",), "Open a project file"),
    Command("save", "Save", ("Ctrl+S",), "Save the project and its weights"),
    Command("save_as", "Save as…", ("Ctrl+Shift+S",), "Save the project under another name"),
    Command(
        "export_code", "Export a PyTorch script…", ("Ctrl+E",), "Write the model as a Python file that trains"
    ),
    Command("export_onnx", "Export as ONNX…", (), "Write the model with its weights for other programs"),
    Command("export_picture", "Export a picture…", ("Ctrl+Shift+E",), "Draw the graph as SVG, PDF or PNG"),
    Command("export_table", "Export a table…", (), "Write the layers as LaTeX or CSV"),
    Command("export_weights", "Export weights…", (), "Write the weights as a .safetensors file"),
    Command("import_network", "Import a network…", ("Ctrl+I",), "Open an ONNX, .pt2 or Python file"),
    Command("import_weights", "Import weights…", (), "Put a .safetensors file into this network"),
    Command("undo", "Undo", ("Ctrl+Z",), "Take the last edit back"),
    Command("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Bring the edit back"),
    Command("start", "Start page", ("Ctrl+0",), "Templates, drawing, data and recent files"),
    Command("build", "Build", ("Ctrl+1",), "Draw the network"),
    Command("train", "Train", ("Ctrl+2",), "Watch it learn"),
    Command("inspect", "Inspect", ("Ctrl+3",), "See inside, number by number"),
    Command("data", "Browse the data", ("Ctrl+B",), "Every sample, the split, copies, means and ranges"),
    Command("run", "Train or pause", ("F5",), "Start, pause or go on with the training"),
    Command("palette", "Find everything…", ("Ctrl+K",), "Search actions, templates and layers"),
    Command("sides", "Hide or show the side panels", ("Ctrl+\\",), "More room in the middle"),
    Command("theme", "Dark or light theme", ("Ctrl+Shift+L",), "Change the colours of the window"),
    Command("axis_order", "Shapes as H×W×C or C×H×W", (), "As Keras or as PyTorch writes them"),
    Command("data_folder", "Choose the data folder…", (), "Where MNIST and other files are looked for"),
    Command("keys", "Keys", ("F1",), "Every key and what it does"),
    Command("quit", "Quit", ("Ctrl+Q",), "Close the window"),
)


def make_actions(parent: QWidget, handlers: dict[str, Callable[[], object]]) -> dict[str, QAction]:
    """Return the actions by name, added to `parent` so that their keys work; every command needs a handler."""
    found = {}
    for command in COMMANDS:
        action = QAction(command.text, parent)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setToolTip(f"{command.tip}  {command.keys[0]}" if command.keys else command.tip)
        action.triggered.connect(lambda _checked=False, do=handlers[command.name]: do())
        parent.addAction(action)
        found[command.name] = action
    return found
