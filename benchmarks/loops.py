"""The rivals: the networks T1 and T2 in plain torch, trained by a bare tuned loop, and by the usual DataLoader loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from benchmarks.rounds import Work
from cnnviz.data import Split


def network(name: str) -> nn.Sequential:
    """Return T1 or T2 as one writes them by hand."""
    return {"t1": _t1, "t2": _t2}[name]()


def _t1() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10),
    )  # fmt: skip


def _t2() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Flatten(), nn.Linear(128 * 4 * 4, 256), nn.ReLU(), nn.Dropout(0.4), nn.Linear(256, 10),
    )  # fmt: skip


def bare(name: str, split: Split, batch_size: int, rate: float) -> Work:
    """The tuned loop: all images as float tensors in memory, batches by index, channels_last, fused Adam."""
    images = torch.tensor(split.images).float().div_(255).to(memory_format=torch.channels_last)
    labels = torch.tensor(split.labels)
    model = network(name).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    while True:
        for batch in torch.split(torch.randperm(len(images)), batch_size):
            optimiser.zero_grad()
            functional.cross_entropy(model(images[batch]), labels[batch]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            yield len(batch)


class Samples(Dataset[tuple[torch.Tensor, int]]):
    """Gives one image at a time, by the steps of torchvision's MNIST with ToTensor and Normalize.

    So does PyTorch's own example (pytorch/examples, mnist/main.py), and most tutorials after it: bytes to a picture,
    the picture to an array and a tensor, divided by 255, minus the mean, over the deviation.
    """

    def __init__(self, split: Split) -> None:
        self._images: NDArray[Any] = split.images
        self._labels: NDArray[Any] = split.labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        picture = Image.fromarray(self._images[index, 0])
        tensor = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(28, 28, 1)
        tensor = tensor.permute(2, 0, 1).contiguous().to(torch.get_default_dtype()).div(255).clone()
        mean, deviation = (
            torch.as_tensor(each, dtype=tensor.dtype).view(-1, 1, 1) for each in ((0.1307,), (0.3081,))
        )
        return tensor.sub_(mean).div_(deviation), int(self._labels[index])


def usual(name: str, split: Split, batch_size: int, rate: float, workers: int) -> Work:
    """The loop of most tutorials: a dataset of single samples, a shuffling DataLoader, Adam, `loss.item()`."""
    loader = DataLoader(
        Samples(split), batch_size, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    model, total = network(name), 0.0
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    while True:
        for images, labels in loader:
            optimiser.zero_grad()
            loss = functional.cross_entropy(model(images), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item()
            yield len(labels)
