"""Every layer kind, declared once.

A layer's form, JSON, check, module, exported code, help and explanation all come from its one frozen dataclass here.
Importing this package fills `LAYERS`; standard library only.
"""

from cnnviz.layers.activation import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
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
from cnnviz.layers.convolution import Conv1d, Conv2d, Conv3d
from cnnviz.layers.dense import Dense, Flatten
from cnnviz.layers.merge import Add, Concat
from cnnviz.layers.normalisation import BatchNorm, Dropout
from cnnviz.layers.options import Option
from cnnviz.layers.output import Output
from cnnviz.layers.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from cnnviz.layers.source import Input

GROUPS = (
    "Input", "Convolution", "Pooling", "Normalisation", "Activation", "Dense", "Recurrent", "Merge", "Reshape",
    "Autoencoder", "Capsule", "Spatial transformer", "Output",
)  # fmt: skip
"""The palette's headings, in order."""

__all__ = [
    "GROUPS", "LAYERS", "Add", "AvgPool1d", "AvgPool2d", "AvgPool3d", "BatchNorm", "Concat", "Conv1d", "Conv2d",
    "Conv3d", "Dense", "Dropout", "Flatten", "GlobalAvgPool", "GlobalMaxPool", "Input", "Layer", "LeakyReLU",
    "MaxPool1d", "MaxPool2d", "MaxPool3d", "Option", "Output", "Parameter", "ReLU", "Remedy", "Shape", "Sigmoid",
    "Softmax", "Tanh", "TorchCall", "layer_from_dict", "size", "times",
]  # fmt: skip
