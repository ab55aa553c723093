"""What the files of a run are called."""

from __future__ import annotations

WEIGHTS_NAME = "weights.safetensors"
CHECKPOINT_NAME, CHECKPOINTS_FOLDER = "checkpoint.safetensors", "checkpoints"
