"""Keeps glibc from giving big activations back to the system after every step, only to fetch them again."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_KEEP = 512 * 1024 * 1024


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory for the next step; return whether it heard (Linux with glibc only)."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, _KEEP))
