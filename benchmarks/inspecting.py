"""Looking into every layer: what a trace costs beside a plain pass, 512 channels at once, a window that slides."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.claim import Claim, at_least, at_most
from benchmarks.rounds import percentile

CHANNELS, SIDE = 512, 14
SLIDES = 60


def measure(rounds: int) -> list[Claim]:
    """Return the claims about asking all layers."""
    return [
        *_tracing(rounds * 4), *_explaining(rounds * 6), _mosaic(rounds * 12), _sliding(), _large_network(),
    ]  # fmt: skip


def _tracing(repeats: int) -> list[Claim]:
    """ResNet-20 on 32×32: all values beside a plain pass, all gradients beside a pass forward and back; in turns."""
    import torch

    from cnnviz.engine.build import build
    from cnnviz.engine.gradients import gradients
    from cnnviz.engine.trace import trace
    from cnnviz.templates import template

    torch.set_num_threads(1)
    module = build(template("resnet20").graph).eval()
    image = np.random.default_rng(0).random((3, 32, 32), dtype=np.float32)
    batch = torch.from_numpy(image[None])

    def plain() -> None:
        with torch.inference_mode():
            module(batch)

    def both() -> None:
        module.zero_grad()
        torch.nn.functional.cross_entropy(module.logits(batch), torch.tensor([3])).backward()

    sides = [plain, lambda: trace(module, image), both, lambda: gradients(module, image, target=3)]
    took = _in_turns(sides, repeats)
    names = "a plain pass", "a pass forward and back"
    return [
        at_most(f"ResNet-20, {what} of all layers, beside {name}", median(mine) / median(theirs), 1.3, "×",
                f"{1000 * median(mine):.1f} against {1000 * median(theirs):.1f} ms, one core")
        for what, name, theirs, mine in (
            ("values", names[0], took[0], took[1]), ("gradients", names[1], took[2], took[3]),
        )
    ]  # fmt: skip


def _explaining(repeats: int) -> list[Claim]:
    """One value that reads 512 channels, forward; and one that 512 channels read, backward."""
    from cnnviz import wiring
    from cnnviz.explain import explain
    from cnnviz.explain.backward import explain_gradient
    from cnnviz.layers import Conv2d, Flatten, GlobalAvgPool, Input
    from cnnviz.model.graph import chain

    layers = [("x", Input((CHANNELS, SIDE, SIDE))), ("conv", Conv2d(CHANNELS, (3, 3), padding="same"))]
    graph = chain([*layers, ("pool", GlobalAvgPool()), ("flat", Flatten())])
    image = np.random.default_rng(0).random((CHANNELS, SIDE, SIDE), dtype=np.float32)
    trace, slopes = wiring.services().gradients(graph, None, image, 0, 1)
    places = np.random.default_rng(1)

    def forward() -> None:
        explain(trace, "conv", places.integers(0, (CHANNELS, SIDE, SIDE)).tolist())

    def back() -> None:
        explain_gradient(trace, slopes, "x", places.integers(0, (CHANNELS, SIDE, SIDE)).tolist())

    return [
        _told(f"one value explained that {words} {CHANNELS} channels", _in_turns([action], repeats)[0], 50.0)
        for words, action in (("reads", forward), ("goes back from", back))
    ]


def _mosaic(repeats: int) -> Claim:
    """Give a mosaic 512 new maps of 14×14, and have it painted."""
    from cnnviz import app
    from cnnviz.ui.widgets.mosaic import Mosaic

    application = app.make_application()
    mosaic = Mosaic()
    mosaic.resize(640, 480)
    mosaic.set_tile_size(28)
    mosaic.show()
    application.processEvents()
    maps = np.random.default_rng(0).normal(size=(2, CHANNELS, SIDE, SIDE)).astype(np.float32)
    turn = [0]

    def refresh() -> None:
        turn[0] += 1
        mosaic.set_maps(maps[turn[0] % 2])
        mosaic.viewport().repaint()

    took = _in_turns([refresh], repeats)[0]
    mosaic.close()
    return _told(f"mosaic of {CHANNELS} maps of {SIDE}×{SIDE}, one refresh", took, 10.0)


def _sliding() -> Claim:
    """Slide the window of LeNet-5's second convolution over its map: all panes of the window painted each time."""
    from cnnviz import app
    from cnnviz.ui.demo.hand import Hand

    application = app.make_application()
    window = app.make_window(theme="dark")
    window.resize(1440, 900)
    window.show()
    hand, looking = Hand(window), window.session.looking
    window.open_template("t10", "inspect")
    hand.wait_for(lambda: looking.trained and looking.settled, 60, "the shipped network")
    page: Any = window.pages.currentWidget()
    looking.point(node="conv2", map=2, position=(0, 0))
    hand.wait(300)

    def slide(at: int) -> None:
        page.playing.fill(at)
        application.processEvents()

    took = []
    for at in range(SLIDES):
        start = time.perf_counter()
        slide(at)
        took.append(time.perf_counter() - start)
    window.close()
    detail = f"median of {SLIDES}; 95 % within {1000 * percentile(took, 0.95):.0f} ms"
    return at_least("the window slides over a map, pictures per second", 1 / median(took), 30.0, "/s", detail)


_LARGE = """
import resource, numpy as np
from cnnviz import wiring
from cnnviz.templates import template
image = np.random.default_rng(0).random((3, 224, 224), dtype=np.float32)
trace = wiring.services().trace(template("vgg16").graph, None, image, 0)
assert len(trace.activations) > 20
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _large_network() -> Claim:
    """VGG-16 at 224×224, all values kept, in a process of its own."""
    found = subprocess.run([sys.executable, "-c", _LARGE], stdout=subprocess.PIPE, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = int(found.stdout.split()[-1]) * unit
    return at_most(
        "VGG-16 at 224×224, all values: peak memory", peak / 1e9, 3.0, "GB", "138 million weights among them"
    )


def _in_turns(actions: list[Callable[[], object]], repeats: int) -> list[list[float]]:
    """Return how many seconds each call took, after a first one that does not count."""
    for action in actions:
        action()
    took: list[list[float]] = [[] for _ in actions]
    for _ in range(repeats):
        for at, action in enumerate(actions):
            start = time.perf_counter()
            action()
            took[at].append(time.perf_counter() - start)
    return took


def _told(what: str, took: list[float], limit: float) -> Claim:
    detail = f"median of {len(took)}; 95 % within {1000 * percentile(took, 0.95):.1f} ms"
    return at_most(what, 1000 * median(took), limit, "ms", detail)
