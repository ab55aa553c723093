"""The main job from the first screen to a closing sum, done by hand; one picture per stage, dark and light."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from cnnviz.ui.browse.workspace import DataWorkspace
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.demo.bench import Bench
from cnnviz.ui.demo.film import let_it_run
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.demo.space import look_into_volume
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow

SIZE = (1440, 900)
TWO = [
    (0.30, 0.30),
    (0.42, 0.20),
    (0.60, 0.22),
    (0.66, 0.36),
    (0.50, 0.56),
    (0.32, 0.76),
    (0.50, 0.76),
    (0.72, 0.76),
]
TRAIN_STEPS = 300


def perform(make_window: Callable[[], MainWindow], out: Path) -> Path:
    """Do the main job in a new window and leave its pictures in `out`; raise if a stage does not come about."""
    out.mkdir(parents=True, exist_ok=True)
    window = make_window()
    window.resize(*SIZE)
    window.show()
    try:
        _Demo(window, out).run()
    finally:
        window.close()
    return out


class _Demo:
    def __init__(self, window: MainWindow, out: Path) -> None:
        self.window, self.session, self.out = window, window.session, out
        self.hand = Hand(window)

    def run(self) -> None:
        """Go through all stages."""
        self.start()
        self.build()
        self.train()
        self.data()
        self.networks()
        self.repair()
        self.inspect()
        self.voxels()
        self.series()
        self.video()

    def start(self) -> None:
        """Draw a digit on the first screen, and wait for the answer."""
        draw = self.window.start.draw
        self.hand.wait_for(lambda: draw.answered, 120, "the first answer of the shipped network")
        self.hand.click(draw.clear)
        self.hand.draw(draw.pad, TWO)
        self.hand.wait(600)
        self.picture("start")

    def build(self) -> None:
        """Drag a small network together, layer by layer, wire by wire."""
        self.hand.click(self.window.start.empty)
        self.hand.wait(300)
        bench = Bench(self.window, self.hand)
        left, right = 0.28, 0.72
        names = [
            bench.drop(kind, left, y) for kind, y in (("input", 0.15), ("conv2d", 0.44), ("maxpool2d", 0.73))
        ]
        names += [bench.drop(kind, right, y) for kind, y in (("flatten", 0.15), ("dense", 0.44))]
        for source, target in itertools.pairwise(names):
            bench.wire(source, target)
        bench.drop_on_wire("relu", names[1], names[2])
        bench.drop_on_card("softmax", names[-1])
        bench.select(names[1])
        bench.set_option("out_channels", "8")
        self.hand.wait_for(lambda: self.session.looking.settled, 60, "the maps of the new network")
        bench.fit()
        bench.select(names[1])
        self.hand.wait(500)
        self.picture("build")

    def train(self) -> None:
        """Train the network that was just drawn, and watch."""
        self.hand.wait_for(lambda: self.session.material.dataset, 60, "the data set")
        self.hand.click(self.window.bar.primary)
        training = self.session.training
        self.hand.wait_for(lambda: self.reached(TRAIN_STEPS), 180, f"step {TRAIN_STEPS}")
        self.hand.wait_for(lambda: training.record and training.record.evaluations, 120, "a judgement")
        self.picture("train")
        training.stop()
        self.hand.wait_for(lambda: training.state == "idle", 60, "the end of the training")

    def data(self) -> None:
        """Browse photographs: one of them large, and what is known of all."""
        self.session.choose_data("cifar-10")
        self.hand.key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        page = self.window.pages.currentWidget()
        assert isinstance(page, DataWorkspace)
        material, surveying = self.session.material, page.surveying
        self.hand.wait_for(
            lambda: material.dataset is not None and material.dataset.shape[0] == 3, 120, "photographs"
        )
        self.hand.wait_for(lambda: surveying.state == "ready", 120, "the survey of the data")
        self.hand.click(page.grid.viewport(), page.grid.layout_now().rect(2, 2).center().toPoint())
        self.hand.wait_for(lambda: page.sample.looked is not None, 30, "the sample that was clicked")
        self.hand.wait(600)
        self.picture("data")

    def networks(self) -> None:
        """Open networks of the lecture notes, one of them folded and opened, another beside its like."""
        for name in ("resnet20", "googlenet", "t20"):
            page = self.shown(name)
            self.picture(f"network-{name}")
            if name == "resnet20":
                group = self.session.document.graph.groups[-1].name
                page.grouping.open(group)
                page.canvas.fit()
                self.hand.wait(500)
                self.picture("network-resnet20-open")

    def shown(self, name: str) -> BuildWorkspace:
        """Open a template in Build, and wait until its maps are there."""
        self.window.open_template(name, "build")
        page = self.window.pages.currentWidget()
        assert isinstance(page, BuildWorkspace)
        self.hand.wait(300)
        page.tidy()
        if page.thumbnails.on:
            self.hand.wait_for(lambda: self.session.looking.settled, 120, f"the maps of {name}")
        self.hand.wait(700)
        return page

    def repair(self) -> None:
        """Break a residual network, and let its fix-it card show what can be done."""
        page = self.shown("resnet20")
        graph = self.session.document.graph
        join = next(node.name for node in graph if len(graph.inputs(node.name)) > 1)
        page.grouping.open(graph.node(join).group)
        conv = graph.inputs(join)[0].source
        while not graph.node(conv).layer.linear:
            conv = graph.inputs(conv)[0].source
        wider = graph.node(conv).layer.replace(out_channels=24)
        page.canvas.commit("Widen", lambda: self.session.document.graph.with_layer(conv, wider))
        page.show_node(join)
        page.canvas.fit((join, conv))
        self.hand.wait(900)
        self.picture("repair")

    def inspect(self) -> None:
        """Open the shipped network, and ask one number of its second convolution where it comes from."""
        self.window.open_template("t10", "inspect")
        looking = self.session.looking
        self.hand.wait_for(lambda: looking.trained and looking.settled, 60, "the shipped network")
        looking.point(node="conv2", map=2, position=(4, 5))
        self.hand.wait(800)
        self.picture("inspect")
        self.play()

    def play(self) -> None:
        """Let the window slide over the map, and film it."""
        page, film = self.window.pages.currentWidget(), self.out / "play.gif"
        assert isinstance(page, InspectWorkspace)
        page.saving.save_film(film)
        self.hand.wait_for(film.exists, 120, "the film")

    def voxels(self) -> None:
        """Ask a voxel of the 3D network where its number comes from."""
        look_into_volume(self.window, self.hand)
        self.picture("voxels")

    def video(self) -> None:
        """Let a network predict from its own predictions, and ask a gate where its number comes from."""
        let_it_run(self.window, self.hand)
        self.picture("video")

    def series(self) -> None:
        """Let the shipped network continue two sines, each prediction fed back."""
        self.window.open_template("t17", "inspect")
        looking, page = self.session.looking, self.window.pages.currentWidget()
        assert isinstance(page, InspectWorkspace)
        self.hand.wait_for(lambda: looking.trained and looking.settled, 60, "the shipped network")
        self.hand.wait_for(page.bar.forecast.isVisible, 60, "the series")
        self.hand.click(page.bar.forecast)
        forecast = page.forecast.page
        self.hand.wait_for(
            lambda: forecast.course is not None and forecast.course.complete, 60, "the forecast"
        )
        self.hand.wait_for(lambda: forecast.player.at == forecast.player.count - 1, 60, "the last step")
        self.picture("series")

    def reached(self, step: int) -> bool:
        """Say whether the training has come this far."""
        record = self.session.training.record
        return bool(record and record.last and record.last.step >= step)

    def picture(self, name: str) -> None:
        """Leave a picture in each theme."""
        for theme in (self.window.theme_name, "other"):
            if theme == "other":
                self.window.toggle_theme()
            self.hand.wait(250)
            self.window.grab().save(str(self.out / f"{name}-{self.window.theme_name}.png"))
        self.window.toggle_theme()
