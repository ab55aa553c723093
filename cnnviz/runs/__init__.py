"""Every training is kept: one folder of plain files per run, written while it trains and read by any number of windows.

    run.json             what was trained: number, time, seed, versions, machine, data with their fingerprint
    project.cnnviz       graph, recipe and data choice; names the weights once they are there
    weights.safetensors  the newest weights
    checkpoint.safetensors    all that the training needs to go on, bit for bit; some earlier ones in checkpoints/
    steps.npy            one record per step; numpy opens it, and it only grows
    journal.jsonl        the rest in order: judgements, changes of the learning rate, pauses, the end
    judgements/*.npz     what was answered to every judged sample
    census/*.npz         how weights, gradients and activations were spread at some steps
    snapshots/*.h5       weights at some steps, the first, milestones, the best, the last: bits beside those of others
    labels.json          what the user says about it: name, tags, note, colour

Nothing is pickled, and opening a run executes nothing.
"""

from cnnviz.runs.about import About, Labels
from cnnviz.runs.clock import Clock
from cnnviz.runs.journal import Change, Judgement
from cnnviz.runs.recorder import Recorder, recorded
from cnnviz.runs.run import Run, open_run
from cnnviz.runs.store import Listing, Store

__all__ = [
    "About", "Change", "Clock", "Judgement", "Labels", "Listing", "Recorder", "Run", "Store", "open_run", "recorded",
]  # fmt: skip
