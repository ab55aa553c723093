"""The networks in plain torch, as one writes them by hand; the ConvLSTMs are the notes' own, of eight convolutions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from benchmarks import loops


def network(name: str) -> nn.Module:
    """Return a network with fresh weights; it gives class scores, or the scores of pixels."""
    return _NETWORKS[name]()


def _t11() -> nn.Module:
    stages = [
        nn.Sequential(nn.Conv2d(before, after, 3), _norm2d(after), nn.ReLU(), nn.AvgPool2d(2))
        for before, after in ((3, 16), (16, 32), (32, 64))
    ]
    return nn.Sequential(
        *stages, nn.Flatten(), nn.Linear(64 * 2 * 2, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)
    )


def _t18() -> nn.Module:
    return nn.Sequential(
        _Rows(), nn.Conv1d(28, 20, 5), nn.ReLU(), nn.MaxPool1d(10, 1), nn.Flatten(), nn.Linear(20 * 15, 10)
    )


class _Rows(nn.Module):
    """Makes an image (N, 1, 28, 28) a series of rows: (N, features, time)."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0].transpose(1, 2)


_norm2d = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)
_norm3d = partial(nn.BatchNorm3d, eps=1e-3, momentum=0.01)


class _Residual(nn.Module):
    def __init__(
        self,
        before: int,
        after: int,
        stride: int,
        convolution: type[nn.Module],
        norm: Callable[[int], nn.Module],
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(before, after, 3, stride, 1), norm(after), nn.ReLU(),
            convolution(after, after, 3, 1, 1), norm(after),
        )  # fmt: skip
        self.around = (
            nn.Sequential(convolution(before, after, 1, stride), norm(after)) if stride > 1 else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.around(x))


def _resnet(
    blocks: int, convolution: type[nn.Module], norm: Callable[[int], nn.Module], pool: nn.Module
) -> nn.Module:
    layers: list[nn.Module] = [convolution(3, 16, 3, 1, 1), norm(16), nn.ReLU()]
    before = 16
    for after in (16, 32, 64):
        for _ in range(blocks):
            layers.append(_Residual(before, after, 1 if before == after else 2, convolution, norm))
            before = after
    return nn.Sequential(*layers, pool, nn.Flatten(), nn.Linear(64, 10))


class EightConvolutions(nn.Module):
    """The notes' ConvLSTM: per gate a convolution of the frame and one of the state, and peepholes if wanted."""

    def __init__(self, channels: int, units: int, width: int, *, peepholes: bool, every_step: bool) -> None:
        super().__init__()
        self.units, self.every_step = units, every_step
        self.of_x = nn.ModuleList(nn.Conv2d(channels, units, width, padding="same") for _ in range(4))
        self.of_h = nn.ModuleList(
            nn.Conv2d(units, units, width, padding="same", bias=peepholes) for _ in range(4)
        )
        shape = (units, 64, 64) if peepholes else ()
        self.peepholes = nn.ParameterList(0.05 * torch.randn(shape) for _ in range(3) if peepholes)

    def forward(self, x: Tensor) -> Tensor:
        """Return h (N, units, T, H, W), or the last (N, units, H, W), for frames (N, C, T, H, W)."""
        h = c = x.new_zeros(len(x), self.units, *x.shape[3:])
        states = []
        for frame in x.unbind(2):
            f, i, o, g = (wx(frame) + wh(h) for wx, wh in zip(self.of_x, self.of_h, strict=True))
            if len(self.peepholes):
                f, i, o = (gate + p * c for gate, p in zip((f, i, o), self.peepholes, strict=True))
            c = c * torch.sigmoid(f) + torch.tanh(g) * torch.sigmoid(i)
            h = torch.tanh(c) * torch.sigmoid(o)
            states.append(h)
        return torch.stack(states, dim=2) if self.every_step else h


def _t19() -> nn.Module:
    memory = EightConvolutions(1, 32, 5, peepholes=True, every_step=False)
    return nn.Sequential(memory, _norm2d(32), nn.ReLU(), nn.Conv2d(32, 1, 3, padding=1))


def _t20() -> nn.Module:
    layers: list[nn.Module] = []
    for before, width in ((1, 5), (32, 3)):
        layers += [
            EightConvolutions(before, 32, width, peepholes=False, every_step=True),
            _norm3d(32),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers, nn.Conv3d(32, 1, (1, 3, 3), padding=(0, 1, 1)))


_NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "t1": partial(loops.network, "t1"),
    "t2": partial(loops.network, "t2"),
    "t11": _t11,
    "t15": lambda: _resnet(3, nn.Conv2d, _norm2d, nn.AdaptiveAvgPool2d(1)),
    "t16": lambda: _resnet(2, nn.Conv3d, _norm3d, nn.AdaptiveAvgPool3d(1)),
    "t18": _t18,
    "t19": _t19,
    "t20": _t20,
}
