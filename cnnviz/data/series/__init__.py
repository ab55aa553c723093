"""Time series: read from a table or made, and cut into windows with the step that follows each."""

from cnnviz.data.series.columns import columns_in
from cnnviz.data.series.sources import SOURCES, two_sines

__all__ = ["SOURCES", "columns_in", "two_sines"]
