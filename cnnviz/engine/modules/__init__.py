"""Modules that torch.nn lacks. Exported scripts carry copies of these classes, so each stands on its own:

it uses only torch, the standard library and what its own file imports from them, and no other class of this package.
"""

from cnnviz.engine.modules.filters import FixedFilter2d
from cnnviz.engine.modules.local import LocallyConnected2d
from cnnviz.engine.modules.merge import Add, Concat
from cnnviz.engine.modules.pooling import PaddedAvgPool, PowerPool
from cnnviz.engine.modules.reshape import Crop, Permute, Reshape

__all__ = [
    "Add",
    "Concat",
    "Crop",
    "FixedFilter2d",
    "LocallyConnected2d",
    "PaddedAvgPool",
    "Permute",
    "PowerPool",
    "Reshape",
]
