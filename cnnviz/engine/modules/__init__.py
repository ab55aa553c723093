"""Modules that torch.nn lacks. Exported scripts carry copies of these classes, so each stands on its own:

it uses only torch, the standard library and what its own file imports from them, and no other class of this package.
"""

from cnnviz.engine.modules.merge import Add, Concat
from cnnviz.engine.modules.pooling import PaddedAvgPool

__all__ = ["Add", "Concat", "PaddedAvgPool"]
