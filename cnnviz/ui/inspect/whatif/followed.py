"""Says how the selected map and the answer went along with a moved sample."""

from __future__ import annotations

from cnnviz.explain import Trace
from cnnviz.explain.following import Following, follow
from cnnviz.model.whatif import Variation
from cnnviz.ui import numbers
from cnnviz.ui.inspect.answer import answers
from cnnviz.ui.inspect.volumes import volume
from cnnviz.ui.state import Cursor, Session

MARGIN = 2
MINUS = "\u2212"


class Still:
    """The trace of the sample as it is, beside that of the varied one; asked for when it is needed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._moved: Trace | None = None
        self.trace: Trace | None = None

    def ask(self, then: object) -> None:
        """Have the sample as it is traced with the network of now; `then()` is called when it is there."""
        from cnnviz.ui.state.looking import fitting

        session, moved = self._session, self._session.looking.trace
        sample = session.material.sample
        if moved is None or sample is None or moved is self._moved:
            return
        document, weights = session.document, session.looking.weights
        graph, seed, whatif, services = (
            document.graph, document.recipe.seed, document.whatif, session.services,
        )  # fmt: skip
        if document.report.errors:
            return
        image = fitting(sample.image, graph)

        def work() -> tuple[Trace, Trace]:
            net, values = graph, weights
            if whatif.changes_network:
                net, values = services.attempt(graph, weights, seed, whatif)
            return moved, services.trace(net, values, image, seed)

        def take(answer: tuple[Trace, Trace]) -> None:
            self._moved, self.trace = answer
            assert callable(then)
            then()

        session.asker.ask("still", work, take)


def sentence(still: Trace, moved: Trace, cursor: Cursor, variation: Variation) -> str:
    """Say how far the map under the cursor moved with the sample, and how much the answer changed."""
    node = cursor.node
    if node not in still.activations or node not in moved.activations:
        return ""
    before, after = volume(still.activation(node)), volume(moved.activation(node))
    if before.shape != after.shape or cursor.map >= len(before):
        return ""
    alone = before.shape[1:] == (1, 1, 1)
    most = max(abs(variation.dx), abs(variation.dy)) + MARGIN
    depth = before.shape[1] // 2
    if alone:
        found = follow(before.ravel(), after.ravel(), most)
    else:
        found = follow(before[cursor.map, depth], after[cursor.map, depth], most)
    words = _vector_words(node, found) if alone else _map_words(f"{node} map {cursor.map}", found)
    return f"{words} {_answer_words(still, moved)}".strip()


def _map_words(name: str, found: Following) -> str:
    """Say whether a map went along: an equivariant one moves, an invariant one stays as it is."""
    if found.changed < 0.005:
        return f"{name} stayed as it was."
    moves = [
        f"{abs(by)} {more if by > 0 else less}"
        for by, more, less in ((found.dx, "right", "left"), (found.dy, "down", "up"))
        if by
    ]
    went = f"moved {' and '.join(moves)}" if moves else "stayed in its place"
    return f"{name} {went}, {numbers.percent(found.likeness, 0)} alike."


def _vector_words(name: str, found: Following) -> str:
    return f"All of {name} changed by {numbers.percent(found.changed, 0)}."


def _answer_words(still: Trace, moved: Trace) -> str:
    """Say what the answer was and is."""
    before, after = answers(still), answers(moved)
    if before is None or after is None:
        return ""
    first, now = int(before[0].argmax()), int(after[0].argmax())
    shares = f"{numbers.percent(float(before[0][first]), 1)} to {numbers.percent(float(after[0][first]), 1)}"
    other = "" if now == first else f", and class {now} is named instead"
    return f"Class {first} went from {shares}{other}."
