"""Data sets: sources, file formats, download, generated digits, splits, and drawings made into inputs."""

from cnnviz.data.address import Address, parse
from cnnviz.data.dataset import Dataset, Images, Labels, Split
from cnnviz.data.digits import real_digits
from cnnviz.data.folders import VARIABLE, data_folders
from cnnviz.data.idx import read_idx, write_idx
from cnnviz.data.own import arrays_in
from cnnviz.data.picture import to_input
from cnnviz.data.remotes import download
from cnnviz.data.source import Choice
from cnnviz.data.sources import SOURCES, STAND_IN, Source, SourceStatus, best, load, source_of, status
from cnnviz.data.split import hold_out, one_fold
from cnnviz.data.stored import Part, Stored
from cnnviz.data.strokes import stroke_digits

__all__ = [
    "SOURCES", "STAND_IN", "VARIABLE", "Address", "Choice", "Dataset", "Images", "Labels", "Part", "Source",
    "SourceStatus", "Split", "Stored", "arrays_in", "best", "data_folders", "download", "hold_out", "load", "one_fold",
    "parse",
    "read_idx", "real_digits", "source_of", "status", "stroke_digits", "to_input", "write_idx",
]  # fmt: skip
