"""Every layer kind, declared once.

A layer's form, JSON, check, module, exported code, help and explanation all come from its one frozen dataclass here.
Importing this package fills `LAYERS`; standard library only.
"""

from cnnviz.layers.activation import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from cnnviz.layers.base import (
    LAYERS,
    Layer,
    Parameter,
    Remedy,
    Shape,
    TorchCall,
    layer_from_dict,
    size,
    times,
)
from cnnviz.layers.borders import Crop, Pad
from cnnviz.layers.capsule import CapsuleLength, CapsuleMask, CapsuleRouting, PrimaryCapsules
from cnnviz.layers.channels import MuteChannels, SwapChannels
from cnnviz.layers.convlstm import ConvLSTM2d
from cnnviz.layers.convolution import Conv1d, Conv2d, Conv3d
from cnnviz.layers.dense import Dense, Flatten
from cnnviz.layers.depthwise import DepthwiseConv2d
from cnnviz.layers.distributed import TimeDistributed
from cnnviz.layers.embedding import Embedding
from cnnviz.layers.filters import FixedFilter2d
from cnnviz.layers.local import LocallyConnected2d
from cnnviz.layers.merge import Add, Average, Concat, Maximum, Multiply, Subtract
from cnnviz.layers.noise import GaussianNoise
from cnnviz.layers.normalisation import BatchNorm, Dropout, LocalResponseNorm
from cnnviz.layers.options import Option
from cnnviz.layers.output import Output
from cnnviz.layers.penalty import ActivityPenalty, ContractivePenalty
from cnnviz.layers.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from cnnviz.layers.recurrent import LSTM
from cnnviz.layers.resampling import Upsample
from cnnviz.layers.reshape import Permute, Reshape
from cnnviz.layers.sizedpooling import AdaptiveAvgPool, AdaptiveMaxPool, GlobalAvgPool, GlobalMaxPool
from cnnviz.layers.source import Input
from cnnviz.layers.standardising import GroupNorm, InstanceNorm, LayerNorm
from cnnviz.layers.transformer import AffineParameters, AffineSampler
from cnnviz.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

GROUPS = (
    "Input", "Convolution", "Pooling", "Normalisation", "Activation", "Dense", "Recurrent", "Merge", "Reshape",
    "Autoencoder", "Capsule", "Spatial transformer", "Output",
)  # fmt: skip
"""The palette's headings, in order."""

__all__ = [
    "ELU",
    "GELU",
    "GROUPS",
    "LAYERS",
    "LSTM",
    "ActivityPenalty",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "Add",
    "AffineParameters",
    "AffineSampler",
    "Average",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm",
    "CapsuleLength",
    "CapsuleMask",
    "CapsuleRouting",
    "Concat",
    "ContractivePenalty",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvLSTM2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Crop",
    "Dense",
    "DepthwiseConv2d",
    "Dropout",
    "Embedding",
    "FixedFilter2d",
    "Flatten",
    "GaussianNoise",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "Input",
    "InstanceNorm",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LocalResponseNorm",
    "LocallyConnected2d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Maximum",
    "Multiply",
    "MuteChannels",
    "Option",
    "Output",
    "Pad",
    "Parameter",
    "Permute",
    "PrimaryCapsules",
    "ReLU",
    "Remedy",
    "Reshape",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Subtract",
    "SwapChannels",
    "Tanh",
    "TimeDistributed",
    "TorchCall",
    "Upsample",
    "layer_from_dict",
    "size",
    "times",
]  # fmt: skip
