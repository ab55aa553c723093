"""Moving-MNIST: the official file, and sequences like it made while they are asked for.

Srivastava, Mansimov and Salakhutdinov 2015: digits start anywhere with any direction, bounce off the borders, and the
brighter of two that overlap is seen.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.address import Address
from cnnviz.data.banks import DIGITS_CHOICE, banks, streams
from cnnviz.data.dataset import Dataset, Images, Split
from cnnviz.data.idxsets import missing
from cnnviz.data.mapped import NpyArray
from cnnviz.data.source import Choice, Request, Source, counted
from cnnviz.data.stored import Part, Places, Stored
from cnnviz.errors import DataError

FRAMES = 20
FILE = "mnist_test_seq.npy"
SPEED = 0.1
"""Of the room a digit has to move in, per frame."""
PICTURE = "19-1"
"""What predicts a single frame, which is a picture then."""
PREDICT = Choice(
    "predict", PICTURE, "frames in, and frames to predict: the last one, the last ten, or after each the next",
    (PICTURE, "10-10", "19-19"),
)  # fmt: skip
_PARTS = {PICTURE: ((0, 19), (19, 20)), "10-10": ((0, 10), (10, 20)), "19-19": ((0, 19), (1, 20))}


class Clips(Stored):
    """Sequences (N, 20, H, W), uint8. What was read last is kept, as frames to see and to predict are of the same."""

    _last: tuple[bytes, NDArray[Any]] | None = None

    def read(self, places: Places) -> NDArray[Any]:
        """Return these sequences."""
        key, last = places.tobytes(), self._last
        if last is None or last[0] != key:
            last = self._last = (key, self._sequences(places))
        return last[1]

    @abstractmethod
    def _sequences(self, places: Places) -> NDArray[Any]:
        """Read or make these sequences."""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": None}


class FileClips(Clips):
    """The official file, time first: (20, N, 64, 64); memory-mapped."""

    def __init__(self, path: Path) -> None:
        self._array = NpyArray(path)
        if self._array.ndim != 4 or len(self._array) != FRAMES or self._array.dtype != np.uint8:
            raise DataError(
                f"It holds {self._array.dtype} values of shape {self._array.shape}.",
                where=str(path),
                hint="Moving-MNIST is uint8 of shape (20, sequences, 64, 64).",
            )
        self._array = NpyArray(path, axes=(1, 0, 2, 3))
        self.shape, self.dtype = self._array.shape, self._array.dtype

    @property
    def identity(self) -> str:
        """Return that of the file."""
        return self._array.identity

    def _sequences(self, places: Places) -> NDArray[Any]:
        return self._array.read(places)


class BouncingDigits(Clips):
    """Sequence k shows digits of a bank that bounce; the same seed moves them the same way on every machine."""

    def __init__(self, bank: Images, count: int, digits: int, size: int, speed: float, seed: int) -> None:
        self._bank, self._digits, self._speed, self._seed = bank, digits, speed, seed
        self.shape, self.dtype = (count, FRAMES, size, size), np.dtype(np.uint8)

    @property
    def identity(self) -> str:
        """Return all that decides what is seen."""
        return f"bouncing {len(self._bank)} {self._digits} {self._speed} {self._seed}"

    def _sequences(self, places: Places) -> NDArray[Any]:
        drawn = np.stack([random.random((self._digits, 5)) for random in streams(self._seed, places)])
        chosen = (drawn[..., 0] * len(self._bank)).astype(np.int64)
        room = self.shape[-1] - self._bank.shape[-1]
        corners = np.rint(_paths(drawn[..., 1:], self._speed) * room).astype(np.int64)
        found = np.zeros((len(places), *self.shape[1:]), np.uint8)
        side = self._bank.shape[-1]
        for sequence, pictures, path in zip(found, self._bank[chosen], corners, strict=True):
            for frame, places_now in zip(sequence, path, strict=True):
                for picture, (row, column) in zip(pictures, places_now, strict=True):
                    seen = frame[row : row + side, column : column + side]
                    np.maximum(seen, picture, out=seen)
        return found


def _paths(drawn: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """Return where digits are, 0..1 of their room: (sequences, 20, digits, 2), for random numbers (…, digits, 4)."""
    # half an octant of directions from t = tan(angle / 2), then mirrored: no sine, whose last bit differs
    t = drawn[..., 2] * 0.41421356237309503
    ahead, aside = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    octant = (drawn[..., 3] * 8).astype(np.int64)
    swapped = octant % 2 == 1
    velocity = np.stack([np.where(swapped, aside, ahead), np.where(swapped, ahead, aside)], axis=-1)
    velocity = velocity * np.stack([1 - octant // 2 % 2 * 2, 1 - octant // 4 * 2], axis=-1) * speed
    place, found = drawn[..., :2].copy(), []
    for _ in range(FRAMES):
        found.append(place.copy())
        place = place + velocity
        velocity = np.where((place < 0) | (place > 1), -velocity, velocity)
        place = np.clip(place, 0, 1)
    return np.stack(found, axis=1)


class Shown(Stored):
    """Some frames of every sequence: (N, 1, frames, H, W), or (N, 1, H, W) where it is one to predict."""

    def __init__(self, clips: Stored, frames: tuple[int, int], *, as_picture: bool = False) -> None:
        self._clips, self._frames, self._as_picture = clips, frames, as_picture
        length = () if as_picture else (frames[1] - frames[0],)
        self.shape, self.dtype = (len(clips), 1, *length, *clips.shape[2:]), clips.dtype

    @property
    def identity(self) -> str:
        """Return that of the sequences, and which frames."""
        return f"{self._clips.identity} {self._frames}"

    def read(self, places: Places) -> NDArray[Any]:
        """Return these frames of these sequences."""
        first, last = self._frames
        found = self._clips.read(places)[:, first:last]
        return np.ascontiguousarray(found if self._as_picture else found[:, None])


def shown(clips: Stored, predict: str) -> Split:
    """Return the frames to see and those to predict."""
    seen, wanted = _PARTS[predict]
    return Split(Shown(clips, seen), Shown(clips, wanted, as_picture=predict == PICTURE))


class Moving(Source):
    """Sequences, some frames of which are seen and some predicted."""

    def suited(self, takes: tuple[int, ...], gives: tuple[int, ...]) -> Address:
        """Return the address with the frames that the network sees and predicts, and their size where it is free."""
        predict = next((each for each in _PARTS if _fits(each, takes, gives)), None)
        if predict is None:
            return super().suited(takes, gives)
        wanted = {"predict": predict, "size": takes[-1]}
        free = {choice.name: choice for choice in self.choices if wanted.get(choice.name) != choice.default}
        chosen = {name: str(value) for name, value in wanted.items() if name in free}
        size = free.get("size")
        if size is not None and not size.lo <= takes[-1] <= size.hi:
            del chosen["size"]
        return Address(self.name, chosen)


def _fits(predict: str, takes: tuple[int, ...], gives: tuple[int, ...]) -> bool:
    """Say whether a network takes the frames to see and gives those to predict."""
    seen, wanted = (last - first for first, last in _PARTS[predict])
    frames = () if predict == PICTURE else (wanted,)
    return len(takes) == 4 and takes[:2] == (1, seen) and gives == (1, *frames, *takes[2:])


@dataclass(frozen=True, kw_only=True)
class MovingMnist(Moving):
    """The official file of 10,000 sequences; the last tenth is to test with."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for the file in a data folder, or in one of the set's name below."""
        found = self._find(folders)
        where = " and ".join(str(folder / self.name / FILE) for folder in folders)
        return found is not None, str(found or f"Looked for {where}.")

    def load(self, request: Request) -> Dataset:
        """Map the file; nothing is read yet."""
        path = self._find(request.folders)
        if path is None:
            raise missing(self, self.look(request.folders)[1])
        clips = FileClips(path)
        cut = max(len(clips) * 9 // 10, 1)
        parts = (np.arange(cut), np.arange(min(cut, len(clips) - 1), len(clips)))
        train, test = (shown(Part(clips, part), str(request.values["predict"])) for part in parts)
        origin = f"{self.title}: {counted(train, test, 'sequences')} from {path}."
        return self.dataset(request, origin, train, test)

    def _find(self, folders: tuple[Path, ...]) -> Path | None:
        places = (
            inner / FILE
            for folder in folders
            for inner in (folder, folder / self.name, folder / "MovingMNIST")
        )
        return next((path for path in places if path.is_file()), None)


@dataclass(frozen=True, kw_only=True)
class Bouncing(Moving):
    """Makes sequences while they are asked for."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Say which digits move; nothing is made yet."""
        chosen = request.values
        train_bank, test_bank, told = banks(str(chosen["digits"]), request.folders)
        count, size, number = int(chosen["count"]), int(chosen["size"]), int(chosen["number"])
        train, test = (
            shown(
                BouncingDigits(bank, many, number, size, float(chosen["speed"]), seed), str(chosen["predict"])
            )
            for bank, many, seed in (
                (train_bank[0], count, int(chosen["seed"])),
                (test_bank[0], max(count // 9, 10), int(chosen["seed"]) + 1),
            )
        )
        origin = f"Bouncing digits, made of {told}: {counted(train, test, 'sequences')}."
        return self.dataset(request, origin, train, test)


SOURCES: tuple[Source, ...] = (
    MovingMnist(
        name="moving-mnist",
        title="Moving-MNIST",
        sentence="10,000 sequences of 20 frames, 64×64, with two bouncing digits, by Srivastava and others.",
        licence="free for research",
        choices=(PREDICT,),
        stand_in="moving-digits:predict={predict}",
    ),
    Bouncing(
        name="moving-digits",
        title="Moving digits",
        sentence="Any number of sequences of bouncing digits, made as Moving-MNIST was, from MNIST or drawn digits.",
        licence="that of the digits",
        choices=(
            PREDICT,
            DIGITS_CHOICE,
            Choice("number", 2, "digits in a sequence", lo=1, hi=8),
            Choice("size", 64, "height and width of a frame", lo=28, hi=256),
            Choice("speed", SPEED, "of the room to move in, per frame", lo=0, hi=0.5),
            Choice("count", 4_500, "training sequences; a ninth as many to test with", lo=10, hi=1_000_000),
            Choice("seed", 0, "another seed moves other digits"),
        ),
    ),
)
