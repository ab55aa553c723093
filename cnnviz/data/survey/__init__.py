"""What a data set holds, counted and measured piece by piece: ranges, histograms, mean samples, twins."""

from cnnviz.data.survey.findings import (
    KINDS,
    TEST,
    TRAINING,
    VALIDATION,
    Finding,
    Kind,
    destinations,
    find,
)
from cnnviz.data.survey.histogram import Histogram
from cnnviz.data.survey.means import Means
from cnnviz.data.survey.measuring import Survey, bytes_to_read, survey
from cnnviz.data.survey.twins import Twins

__all__ = [
    "KINDS", "TEST", "TRAINING", "VALIDATION", "Finding", "Histogram", "Kind", "Means", "Survey", "Twins",
    "bytes_to_read", "destinations", "find", "survey",
]  # fmt: skip
