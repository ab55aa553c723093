"""The options that all sliding filters have, declared for any number of dimensions."""

from __future__ import annotations

from typing import Any

from cnnviz.layers.options import opt


def kernel_size_option() -> Any:
    """Declare the size of the window."""
    return opt(3, length="each", label="Kernel", lo=1, hi=31, help="{sizes} of the window")


def stride_option() -> Any:
    """Declare the step of the window."""
    return opt(1, length="each", lo=1, hi=16, help="how far the window moves{ways} each time")


def padding_option() -> Any:
    """Declare the zeros around the input."""
    text = "zeros around the {thing}: valid adds none, same keeps the size at stride 1"
    return opt("valid", length="each", form="padding", lo=0, hi=15, help=text)


def dilation_option() -> Any:
    """Declare the gaps in the window."""
    return opt(1, length="each", lo=1, hi=16, help="gaps between the cells of the window; 1 leaves none")
