"""What was answered to each judged sample, in one compressed file per judgement; its checksums tell damage."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import RunError
from cnnviz.events import Array, Evaluated, Fit
from cnnviz.paths import write_atomically
from cnnviz.runs.journal import Judgement

FOLDER = "judgements"
_ARRAYS = ("indices", "labels", "predicted", "confidence")
_FIT = ("errors", "per_output", "places", "values", "targets")


def write_judgement(folder: Path, event: Evaluated) -> str:
    """Write the answers of a judgement, and return the name of the file; raise OSError where that is impossible."""
    name = f"{event.step:09d}-{event.which}.npz"
    arrays: dict[str, Any] = {
        "indices": event.indices.astype(np.uint32),
        "labels": _small(event.labels),
        "predicted": _small(event.predicted),
        "confidence": event.confidence.astype(np.float32),
        "classes": np.array(len(event.confusion)),
    }
    if event.fit is not None:
        arrays |= {f"fit_{name}": getattr(event.fit, name) for name in _FIT}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_atomically(folder / FOLDER / name, content.getvalue())
    return name


def read_judgement(folder: Path, judgement: Judgement) -> Evaluated:
    """Return a judgement with the answers to all samples; raise RunError where its file is damaged or gone."""
    path = folder / FOLDER / judgement.file
    try:
        if not judgement.file or Path(judgement.file).name != judgement.file:
            raise FileNotFoundError(2, "there is no file for it")
        # from memory: of a damaged file numpy would leave the file open
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in _ARRAYS}
            classes = int(found["classes"])
            fit = _fit({name: found[f"fit_{name}"] for name in _FIT}) if "fit_errors" in found else None
        confusion = _confusion(arrays["labels"], arrays["predicted"], classes)
    except OSError as error:
        what = f"the answers at step {judgement.step:,} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="The curves of the run are whole.") from None
    except (ValueError, KeyError, TypeError, EOFError, IndexError, zipfile.BadZipFile, zlib.error,
            MemoryError, NotImplementedError, RuntimeError) as error:  # fmt: skip
        what = f"the answers at step {judgement.step:,} are damaged ({error})."
        raise RunError(what, where=str(path), hint="The curves of the run are whole.") from None
    return Evaluated(
        step=judgement.step,
        epoch=judgement.epoch,
        which=judgement.which,
        loss=judgement.loss,
        accuracy=judgement.accuracy,
        confusion=confusion,
        indices=arrays["indices"].astype(np.int64),
        labels=arrays["labels"].astype(np.int64) if arrays["labels"].ndim == 1 else arrays["labels"],
        predicted=arrays["predicted"].astype(np.int64),
        confidence=arrays["confidence"],
        whole=judgement.whole,
        fit=fit,
    )


def _fit(arrays: dict[str, Array]) -> Fit:
    """Return how answers fit; raise ValueError where the arrays don't belong together."""
    found = Fit(**arrays)
    many, each = len(found.places), found.per_output.shape
    if not found.values.shape == found.targets.shape == (many, *each) or found.errors.ndim != 1:
        raise ValueError("the shapes don't fit together")
    if many and not 0 <= found.places.min() <= found.places.max() < len(found.errors):
        raise ValueError("the samples don't fit together")
    return found


def _small(numbers: Array) -> Array:
    """Return class numbers in two bytes where they fit."""
    fits = numbers.ndim == 1 and numbers.size and numbers.min() >= 0 and numbers.max() < 2**16
    return numbers.astype(np.uint16) if fits else numbers


def _confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """Return how often each class (row) was taken for each class (column)."""
    if not classes:
        return np.zeros((0, 0), np.int64)
    if (
        not 0 < classes <= 2**16
        or len(labels) != len(predicted)
        or max(labels.max(), predicted.max()) >= classes
    ):
        raise ValueError("the class numbers don't fit together")
    pairs = labels.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
