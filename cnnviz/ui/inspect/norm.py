"""Normalisation: the fraction with μ, σ², ε, γ and β filled in, with stored statistics or the sample's own."""

from __future__ import annotations

from cnnviz.explain import Explanation
from cnnviz.layers.formula import Normalise
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.batchswitch import BatchSwitch
from cnnviz.ui.inspect.figures.bands import Bands
from cnnviz.ui.inspect.figures.spread import Spread
from cnnviz.ui.inspect.formula import FormulaText, Fraction, Piece, plain
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label


@view("Normalise", "Standardise")
class NormView(View):
    """Shows the formula in symbols, in numbers, and what the numbers mean."""

    title = "Normalise"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.formula = FormulaText()
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.spread, self.bands = Spread(), Bands()
        self.spread_title, self.bands_title = label("", "heading"), label("", "heading")
        self.batch = BatchSwitch()
        self.batch.wanted.connect(self.batch_wanted)
        self.column.addWidget(self.batch)
        self.column.addWidget(self.formula)
        self.column.addWidget(self.sentence)
        for part, stretch in (
            (self.spread_title, 0),
            (self.spread, 3),
            (self.bands_title, 0),
            (self.bands, 2),
        ):
            self.column.addWidget(part, stretch)
        self.bands.chosen.connect(self._choose_channel)

    def refresh(self) -> None:
        if self.frame is None:
            return
        found = self.frame.explanation
        known = _known(found)
        x = float(found.parts[0].values.sum())
        self.formula.show_rows([_symbols("γ" in known), self._numbers(x, known, found.result)])
        spread = max(known["variance"] + known["ε"], 0.0) ** 0.5
        away = (x - known["mean"]) / spread if spread else 0.0
        self.sentence.setText(
            f"{_whose(self.frame)} mean {numbers.compact(known['mean'])} and standard deviation "
            f"{numbers.compact(spread)}; this value lies "
            f"{numbers.fixed(abs(away), 2)} deviations {'above' if away >= 0 else 'below'} that mean."
        )

        self._show_statistics(self.frame, known, spread, x)
        self.batch.show_frame(self.frame)

    def _show_statistics(self, frame: Frame, known: dict[str, float], spread: float, x: float) -> None:
        """Draw the values around the one that is looked at and, where each channel has some, all statistics."""
        formula, reading = frame.explanation.formula, frame.readings[-1]
        running = isinstance(formula, Normalise)
        values = reading.maps[reading.channels[0]] if running else reading.values
        self.spread.show_values(values, known["mean"], spread, x)
        count = numbers.count(values.size)
        whose = f"of channel {frame.index[0]} in this sample" if running else "that are normalised together"
        self.spread_title.setText(f"The {count} value{'s' if values.size != 1 else ''} {whose}")
        found = frame.trace.parameters.get(frame.owner, {})
        several = running and len(found.get("running_mean", ())) > 1
        self.bands.setVisible(several)
        self.bands_title.setVisible(several)
        if several and isinstance(formula, Normalise):
            self.bands.show_statistics(found["running_mean"], found["running_var"], formula.channel)
            self.bands_title.setText(
                f"Mean ± standard deviation of all {len(found['running_mean'])} channels"
            )

    def _choose_channel(self, channel: int) -> None:
        frame = self.frame
        if frame is not None and channel < frame.array.shape[0]:
            self.walked.emit(frame.node, (channel, *frame.index[1:]))

    def subtitle(self, frame: Frame) -> str:
        if isinstance(frame.explanation.formula, Normalise):
            whose = "batch" if frame.batch else "running"
            return f"{whose} statistics of channel {frame.index[0]}"
        return f"statistics of {numbers.count(frame.readings[1].values.size)} values of this sample"

    def counted(self, frame: Frame) -> str:
        return "normalised value"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        if not isinstance(frame.explanation.formula, Normalise):
            return plain(
                self._numbers(
                    float(frame.readings[0].values.sum()), _known(frame.explanation), frame.explanation.result
                )
            )
        texts = {"mean": "−μ·γ/√(σ² + ε)"}
        scaled = ", ".join(
            f"{texts.get(line.label, line.label if line.spot is None else 'x·γ/√(σ² + ε)')}" for line in shown
        )
        return f"{super().closing_line(frame, shown)}   ({scaled})"

    def _numbers(self, x: float, known: dict[str, float], result: float) -> list[Piece]:
        above = (
            (numbers.fixed(x, self.digits), "cursor"),
            (f" − {bracketed(known['mean'], self.digits)}", "t1"),
        )
        below = ((f"√({numbers.compact(known['variance'], 5)} + {numbers.compact(known['ε'], 3)})", "t1"),)
        row: list[Piece] = [Fraction(above, below)]
        if "γ" in known:
            row.append((f" · {bracketed(known['γ'], self.digits)}", "t1"))
            beta = known["β"]
            row.append((f" {'−' if beta < 0 else '+'} {numbers.fixed(abs(beta), self.digits)}", "t1"))
        row.append((f" = {numbers.fixed(result, self.digits)}", "pos" if result >= 0 else "neg"))
        return row


def _known(found: Explanation) -> dict[str, float]:
    return {constant.name: constant.value for constant in found.constants}


def _whose(frame: Frame) -> str:
    """Say what the mean and the deviation are of."""
    found = frame.explanation
    if isinstance(found.formula, Normalise) and frame.batch:
        return f"In this batch, channel {found.index[0]} has"
    if isinstance(found.formula, Normalise):
        return f"Over the training batches, channel {found.index[0]} had"
    return f"The {numbers.count(found.parts[1].values.size)} values that are normalised together have"


def bracketed(value: float, digits: int) -> str:
    """Return a number as it stands behind an operator: in brackets where it has a sign."""
    text = numbers.fixed(value, digits)
    return f"({text})" if text.startswith(numbers.MINUS) else text


def _symbols(affine: bool) -> list[Piece]:
    row: list[Piece] = [Fraction((("x − μ", "t3"),), (("√(σ² + ε)", "t3"),))]
    return [*row, (" · γ + β", "t3")] if affine else row


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("batchnorm"), (1240, 760))
