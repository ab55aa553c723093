"""What is foreseen: the series of the data set, by a network that takes its windows and answers with the next step."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.data.timeline import Timeline
from cnnviz.layers import times
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers
from cnnviz.ui.inspect.series.course import Course
from cnnviz.ui.state import Session

NO_SERIES = "This data set is no series of which the next step could be foreseen."


@dataclass(frozen=True, eq=False)
class Subject:
    """A network that takes windows of `length` steps of a series."""

    graph: Graph
    timeline: Timeline
    length: int

    @property
    def usual_now(self) -> int:
        """Return where a forecast begins by itself: as early as nothing of its window was learned from."""
        return min(max(self.timeline.train_steps + self.length, self.length), len(self.timeline))

    def words(self, course: Course) -> str:
        """Say what a forecast begins with."""
        now, timeline = course.outlook.now, self.timeline
        after = f"from {timeline.moment(now)} on, after {self.length} steps"
        if now < timeline.train_steps:
            after += f"; up to {timeline.moment(timeline.train_steps - 1)} it was trained with what came"
        return after

    def notes(self, course: Course) -> list[str]:
        """Say what the numbers are and what a band means, a sentence each."""
        timeline, notes = self.timeline, []
        if course.source:
            notes.append(f"{course.source[0].upper()}{course.source[1:]}.")
        if timeline.scaled:
            notes.append(
                "In the units of the file; the network sees each column with mean 0 and deviation 1."
            )
        others = [name for at, name in enumerate(timeline.names) if at not in timeline.predicted]
        if others:
            notes.append(f"{', '.join(others)}: taken as known, then their last value.")
        if len(course.truth) < course.outlook.steps:
            notes.append(f"What came is known for {numbers.count(len(course.truth))} steps.")
        return notes


def subject(session: Session) -> Subject | str:
    """Return what can be foreseen now, or a sentence that says what is missing."""
    dataset, graph = session.material.dataset, session.looking.graph
    timeline = dataset.timeline if dataset is not None else None
    if timeline is None:
        return NO_SERIES
    report = session.document.report
    if report.errors or not report.output:
        return "The network has to run first."
    takes = [report.row(name).shape or () for name in report.inputs]
    gives = [report.row(name).shape or () for name in report.outputs]
    columns, wanted = len(timeline.names), (len(timeline.predicted),)
    if len(takes) != 1 or len(takes[0]) != 2 or takes[0][0] != columns or gives != [wanted]:
        told = f"takes {' and '.join(map(times, takes))} and gives {' and '.join(map(times, gives))}"
        needed = f"{columns} columns over any number of steps, and the next step of {wanted[0]}"
        return f"A forecast needs a network that takes {needed}; this one {told}."
    length = takes[0][1]
    if length > len(timeline):
        steps = numbers.count(len(timeline))
        return f"The network sees {length} steps at once, but the series has only {steps}: shorten the Input."
    return Subject(graph, timeline, length)
