"""What a training computes in: float32, or half precision where the hardware has it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch

from cnnviz.errors import TrainError

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def require_precision(precision: str, device: torch.device) -> None:
    """Raise TrainError where a device can't train in this precision."""
    if precision == "float16" and device.type == "cpu":
        raise TrainError(
            "processors don't train in float16: its small gradients vanish, and nothing gets faster.",
            hint="Choose float32, or bfloat16.",
        )
    if precision == "bfloat16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(False):
        raise TrainError("this graphics card has no bfloat16.", hint="Choose float16 or float32.")


def remark(precision: str, device: torch.device) -> str:
    """Return what should be known about a precision on this machine; nothing where it is as good as it sounds."""
    if precision == "bfloat16" and device.type == "cpu" and not has_bfloat16():
        return "This processor has no bfloat16 arithmetic: it is emulated, most likely slower than float32."
    return ""


def has_bfloat16() -> bool:
    """Say whether this processor multiplies in bfloat16 itself (AVX512-BF16 or AMX; ARM with BF16)."""
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported", "_is_arm_bf16_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in asked)


def casting(precision: str, device: torch.device) -> Callable[[], AbstractContextManager[object]]:
    """Return what makes a context in which convolutions and matrix products take this precision."""
    if precision not in _TYPES:
        return nullcontext
    kind = _TYPES[precision]
    return lambda: torch.autocast(device.type, kind)


def scaler(precision: str, device: torch.device) -> torch.amp.GradScaler | None:
    """Return what scales the loss so that float16 holds its gradients; None where none is needed."""
    return torch.amp.GradScaler(device.type) if precision == "float16" else None
