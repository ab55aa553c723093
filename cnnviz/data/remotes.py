"""Which data sets can be downloaded: their public mirrors, and the size and checksum of every file.

The transfer itself (`transfer`) is imported when it is asked for: it needs http and ssl, which the first window
does not wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.data.folders import Folder
from cnnviz.errors import DownloadError, did_you_mean
from cnnviz.events import Progress

Opener = Callable[[Any], Any]
"""Opens a `urllib.request.Request`: a context manager with `status`, `headers` and `read(count)`."""


@dataclass(frozen=True)
class RemoteFile:
    """One file: its name on the mirrors, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Remote:
    """The files of one data set and the addresses (ending in /) that offer them, best first."""

    title: str
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


REMOTES = {
    "mnist": Remote(
        "MNIST",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        (
            RemoteFile(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            RemoteFile(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
    "fashion-mnist": Remote(
        "Fashion-MNIST",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        (
            RemoteFile(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            RemoteFile(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
    ),
}


def download(name: str, into: Folder, opener: Opener | None = None) -> Generator[Progress, None, None]:
    """Fetch data set `name` into the folder `into`/`name`, yielding progress in bytes over all its files.

    Files that are already there and right are kept. Close the generator to cancel; call again to resume.
    DownloadError if no mirror can deliver, the disk is full, or the checksum is wrong.
    """
    if name not in REMOTES:
        raise DownloadError(f"There is nothing to download for {name!r}.", hint=did_you_mean(name, REMOTES))
    from cnnviz.data import transfer

    return transfer.fetch(REMOTES[name], Path(into).expanduser() / name, opener or transfer.open_url)
