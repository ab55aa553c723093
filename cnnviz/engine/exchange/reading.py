"""Which reader takes which file, and why some files are never opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnviz.engine.exchange.drawing import Imported
from cnnviz.engine.exchange.onnx_reading import read_onnx
from cnnviz.engine.exchange.pt2_file import PICKLE_HINT
from cnnviz.engine.exchange.pt2_reading import read_pt2
from cnnviz.errors import FileError

READERS: dict[str, Callable[[Path], Imported]] = {".onnx": read_onnx, ".pt2": read_pt2}
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")
_REFUSED = {
    **dict.fromkeys(_PICKLES, ("it is a pickle, which could run code when opened.", PICKLE_HINT)),
    ".safetensors": ("it holds weights, not a network.", "Open the network first, then import its weights."),
    ".py": (
        "it is a program, which is only run after asking.",
        "Import it in the window, or with --run-code.",
    ),
    ".h5": ("Keras files are not read.", "Export it as ONNX with tf2onnx."),
    ".keras": ("Keras files are not read.", "Export it as ONNX with tf2onnx."),
    ".pb": ("TensorFlow files are not read.", "Export it as ONNX with tf2onnx."),
}


def read_network(path: Path) -> Imported:
    """Return the network in a file of another program; raise FileError that says what, where, and what to do."""
    suffix = path.suffix.lower()
    if not path.is_file():
        what = "it is not a file." if path.exists() else "there is no such file."
        raise FileError(what, where=str(path), hint="Check the path.")
    if suffix not in READERS:
        what, hint = _REFUSED.get(suffix, ("its kind of file is not known.", "Import .onnx or .pt2 files."))
        raise FileError(what, where=str(path), hint=hint)
    try:
        return READERS[suffix](path)
    except OSError as error:
        raise FileError(f"it can't be read ({error.strerror or error}).", where=str(path)) from error
