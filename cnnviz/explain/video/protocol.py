"""Which frames a network predicts from which: read off one sample and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.errors import ExplainError
from cnnviz.explain.trace import Array
from cnnviz.layers import Shape, times

NEXT, ONE, ALL = "every next frame", "the next frame", "all frames at once"


@dataclass(frozen=True)
class Protocol:
    """`kind`: after every frame the next one, one frame after all, or the following frames all at once.

    `seen` frames go in and `given` come out; frames count from 1, and the first that comes out is number `first`.
    """

    kind: str
    seen: int
    given: int

    @property
    def first(self) -> int:
        """Return the number of the first frame that is predicted."""
        return 2 if self.kind == NEXT else self.seen + 1

    def first_after(self, start: int) -> int:
        """Return the number of the first predicted frame where `start` frames are known."""
        return start + 1 if self.kind == ONE else self.first

    @property
    def feeds_back(self) -> bool:
        """Say whether predictions can be seen as frames: of those that come at once nothing is seen again."""
        return self.kind != ALL

    def in_words(self) -> str:
        """Return such as `19 frames in, after each the next`."""
        after = {
            NEXT: "after each the next",
            ONE: f"frame {self.first} out",
            ALL: f"the next {self.given} out",
        }
        return f"{self.seen} frames in, {after[self.kind]}"


def protocol_of(
    seen: Shape, given: Shape, image: Array | None = None, answer: Array | None = None
) -> Protocol:
    """Return what a network that makes `given` of `seen`, both (C, T, H, W) or one frame (C, H, W), predicts.

    Where both are equally long, the sample decides: an answer that is the image one frame later asks for every next
    frame. Raise ExplainError for what are no frames.
    """
    frame = (seen[0], *seen[2:])
    if len(seen) != 4 or (given != frame and (len(given) != 4 or (given[0], *given[2:]) != frame)):
        raise ExplainError(
            f"the network makes {times(given)} of {times(seen)}: these are no frames of one size.",
            hint="A prediction is one frame of the size that is seen, or several.",
        )
    if given == frame:
        return Protocol(ONE, seen[1], 1)
    shifted = given == seen and (image is None or answer is None or is_next(image, answer))
    return Protocol(NEXT if shifted else ALL, seen[1], given[1])


def is_next(image: Array, answer: Array) -> bool:
    """Say whether an answer (C, T, H, W) shows the frames of an image one step later."""
    if image.shape != answer.shape or image.ndim != 4 or image.shape[1] < 2:
        return False
    seen, wanted = unit(image), unit(answer)
    return bool(np.allclose(seen[:, 1:], wanted[:, :-1], atol=1e-3))


def unit(frames: Array) -> Array:
    """Return frames as float32 from 0 to 1; bytes are scaled."""
    return (
        frames.astype(np.float32) / np.float32(255)
        if frames.dtype == np.uint8
        else np.asarray(frames, np.float32)
    )
