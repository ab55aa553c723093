"""Modules that torch.nn lacks. Exported scripts carry copies of these classes, so each stands on its own:

it uses only torch, the standard library and what its own file imports from them, and no other class of this package.
"""

from cnnviz.engine.modules.capsule import CapsuleLength, CapsuleMask, CapsuleRouting, PrimaryCapsules
from cnnviz.engine.modules.filters import FixedFilter2d
from cnnviz.engine.modules.local import LocallyConnected2d
from cnnviz.engine.modules.merge import Add, Concat
from cnnviz.engine.modules.pooling import PaddedAvgPool, PowerPool
from cnnviz.engine.modules.recurrent import GatedMemory
from cnnviz.engine.modules.reshape import Crop, Permute, Reshape
from cnnviz.engine.modules.sampler import AffineParameters, AffineSampler
from cnnviz.engine.modules.sequence import FoldTime, UnfoldTime

__all__ = [
    "Add",
    "AffineParameters",
    "AffineSampler",
    "CapsuleLength",
    "CapsuleMask",
    "CapsuleRouting",
    "Concat",
    "Crop",
    "FixedFilter2d",
    "FoldTime",
    "GatedMemory",
    "LocallyConnected2d",
    "PaddedAvgPool",
    "Permute",
    "PowerPool",
    "PrimaryCapsules",
    "Reshape",
    "UnfoldTime",
]
