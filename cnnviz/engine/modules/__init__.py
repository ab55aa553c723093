"""Modules that torch.nn lacks. Exported scripts carry copies of these classes, so each stands on its own:

it uses only torch, the standard library and what its own file imports from them, and no other class of this package.
"""

from cnnviz.engine.modules.capsule import CapsuleLength, CapsuleMask, CapsuleRouting, PrimaryCapsules
from cnnviz.engine.modules.channels import MuteChannels, SwapChannels
from cnnviz.engine.modules.embedding import TokenEmbedding
from cnnviz.engine.modules.filters import FixedFilter2d
from cnnviz.engine.modules.local import LocallyConnected2d
from cnnviz.engine.modules.merge import Add, Average, Concat, Maximum, Multiply, Subtract
from cnnviz.engine.modules.noise import GaussianNoise
from cnnviz.engine.modules.normalisation import ChannelNorm
from cnnviz.engine.modules.penalty import ActivityPenalty, ContractivePenalty
from cnnviz.engine.modules.pooling import PaddedAvgPool, PowerPool
from cnnviz.engine.modules.recurrent import GatedMemory
from cnnviz.engine.modules.reshape import Crop, Permute, Reshape
from cnnviz.engine.modules.sampler import AffineParameters, AffineSampler
from cnnviz.engine.modules.sequence import FoldTime, UnfoldTime

__all__ = [
    "ActivityPenalty",
    "Add",
    "AffineParameters",
    "AffineSampler",
    "Average",
    "CapsuleLength",
    "CapsuleMask",
    "CapsuleRouting",
    "ChannelNorm",
    "Concat",
    "ContractivePenalty",
    "Crop",
    "FixedFilter2d",
    "FoldTime",
    "GatedMemory",
    "GaussianNoise",
    "LocallyConnected2d",
    "Maximum",
    "Multiply",
    "MuteChannels",
    "PaddedAvgPool",
    "Permute",
    "PowerPool",
    "PrimaryCapsules",
    "Reshape",
    "Subtract",
    "SwapChannels",
    "TokenEmbedding",
    "UnfoldTime",
]
