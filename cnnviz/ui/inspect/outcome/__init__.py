"""Answers that are no classes: values, pictures and frames, beside what was wanted."""

from cnnviz.ui.inspect.outcome.compared import Compared
from cnnviz.ui.inspect.outcome.outcome import Outcome, outcome
from cnnviz.ui.inspect.outcome.valuetable import ValueTable

__all__ = ["Compared", "Outcome", "ValueTable", "outcome"]
