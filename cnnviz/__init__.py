"""cnnviz: build, train and see inside convolutional networks.

`import cnnviz` is cheap; what it offers (see `cnnviz.library`) is imported when it is first used:

    graph = cnnviz.load("lenet5")           a template, or the path of a project file
    graph.summary()                         shapes, parameters, multiply-adds, problems
    module = cnnviz.build(graph)            a torch.nn.Module
    cnnviz.train(graph, "mnist")            a generator of events
    trace = cnnviz.trace(module, sample)    all activations of one sample (C, H, W)
    cnnviz.explain(trace, "conv1", (0, 3, 4))
    cnnviz.to_code(graph)                   a PyTorch script
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["Graph", "__version__", "build", "explain", "load", "to_code", "trace", "train"]


def __getattr__(name: str) -> Any:
    """Import a part of the library when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'cnnviz' has no attribute {name!r}")
    if name == "explain":
        # a package that can be called like the function, so that an import of it elsewhere changes nothing
        return importlib.import_module("cnnviz.explain")
    return getattr(importlib.import_module("cnnviz.library"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
