"""An ONNX file takes batches of any size, also of networks that remember."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.exchange.onnx_writing import to_onnx
from cnnviz.layers import LSTM, Conv2d, ConvLSTM2d, Dense, Flatten, Input, Layer, TimeDistributed
from cnnviz.model.graph import chain


@pytest.mark.parametrize(
    "layers",
    [
        (Input((3, 5)), LSTM(4, peepholes=True)),
        (Input((1, 4, 6, 6)), ConvLSTM2d(3, peepholes=True), TimeDistributed(Conv2d(2))),
    ],
    ids=["lstm", "convlstm"],
)
def test_one_sample_and_three(layers: tuple[Layer, ...]) -> None:
    module = build(chain([*layers, Flatten(), Dense(2)]), seed=1).eval()
    session = onnxruntime.InferenceSession(to_onnx(module))
    shape = module.report.row("input").shape or ()
    for count in (1, 3):
        batch = torch.rand(count, *shape, generator=torch.Generator().manual_seed(count))
        with torch.inference_mode():
            expected = module(batch).numpy()
        (found,) = session.run(None, {session.get_inputs()[0].name: batch.numpy()})
        assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()
