"""Networks for what has an order: time series, images read row by row, and video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnviz.layers import (
    LSTM,
    AvgPool1d,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvLSTM2d,
    ConvTranspose2d,
    Crop,
    Dense,
    Flatten,
    Input,
    Layer,
    MaxPool1d,
    Output,
    Pad,
    Permute,
    ReLU,
    Reshape,
    Sigmoid,
    Softmax,
    Tanh,
    TimeDistributed,
    Upsample,
)
from cnnviz.model.graph import Graph, chain
from cnnviz.model.groups.group import Note
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import KERAS
from cnnviz.templates.template import Template, reached

SECTION = "Sequences and 3D"
SINES, ROWS, FORECASTER = "conv1d-two-sines", "conv1d-mnist-rows", "convlstm-forecaster"
NEXT_FRAME, EVERY_FRAME = "convlstm-next-frame", "convlstm-every-frame"
VIDEO = DataChoice("moving-mnist", validation=500)
FRAMES = Input(shape=(1, 19, 64, 64))
FRAME = 64 * 64
PATCH = 4
PIXELS_AS_PROBABILITIES = Output(loss="binary cross entropy")
ADAM = Recipe(optimiser="adam", learning_rate=1e-3, batch_size=50, epochs=100, initialiser="glorot")
LEAK = (
    "Why this network does so well, and why that counts for nothing\n\n"
    "The last layer is a convolution over 3 frames, with same padding in time. For step t it reads the steps t−1, t "
    "and t+1, and step t+1 has already seen frame t+1: the very frame that step t is to predict. It only copies it."
    "\n\nThe notes report a loss of 0.0236 for it, against 0.0652 with a 2D convolution on every step: the better "
    "number is a leak.\n\n"
    "See it in Inspect, Video: free-running, where the next frame does not exist yet, it has nothing to copy. Its "
    "receptive field in time ends one step after its own. To mend it, put the 2D convolution back (T20)."
)
ENDLESS = "moving-digits:count=90000,predict=10-10"
"""Sequences made while they are asked for, more than a training on a small computer ever sees."""
ONE_PASS = Recipe(
    optimiser="adam",
    learning_rate=3e-3,
    batch_size=8,
    steps=2_500,
    initialiser="glorot",
    schedule="one-cycle",
    clip_norm=1.0,
    seed=1,
)


def forecast() -> Template:
    """Return T17: two noisy sines, thirty steps of them, and the step after."""
    layers: tuple[Layer, ...] = (
        Input(shape=(2, 30)),
        TimeDistributed(Dense(units=20)), Tanh(),
        Conv1d(out_channels=10, kernel_size=(5,), padding="same"), ReLU(),
        AvgPool1d(kernel_size=(10,), stride=(1,)),
        Flatten(), Dense(units=2), Output(loss="mean squared error"),
    )  # fmt: skip
    return Template(
        id="t17",
        name="two-sines",
        title="Two sines, forecast",
        sentence="Looks at thirty steps of two noisy sines and predicts the next: a convolution along time.",
        make=lambda: chain(layers),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=100, epochs=200, initialiser="glorot"),
        data=DataChoice("two-sines"),
        params=1_492,
        reported=reached(SINES),
        trained=SINES,
        dimensions="1D",
        section=SECTION,
    )


def by_rows() -> Template:
    """Return T18: a digit read as 28 rows of 28 numbers."""
    layers: tuple[Layer, ...] = (
        Input(),
        Reshape(target=(28, 28)), Permute(order=(2, 1)),
        Conv1d(out_channels=20, kernel_size=(5,)), ReLU(),
        MaxPool1d(kernel_size=(10,), stride=(1,)),
        Flatten(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t18",
        name="mnist-rows",
        title="A digit, row by row",
        sentence="Reads a digit as 28 rows in time, with a convolution that slides downwards only.",
        make=lambda: chain(layers),
        recipe=Recipe(
            optimiser="adam", learning_rate=1e-3, batch_size=1000, epochs=300, initialiser="glorot"
        ),
        data=DataChoice("mnist"),
        params=5_830,
        reported=reached(ROWS) or "97.20 % reported",
        trained=ROWS,
        dimensions="1D",
        section=SECTION,
    )


# -- video ----------------------------------------------------------------------------------------------------------


def last_frame() -> Graph:
    """Return T19: nineteen frames in, the twentieth out."""
    memory = ConvLSTM2d(units=32, kernel_size=(5, 5), every_step=False, peepholes=True, biases="two")
    picture = Conv2d(out_channels=1, padding="same")
    return chain((FRAMES, memory, KERAS, ReLU(), picture, Sigmoid(), PIXELS_AS_PROBABILITIES))


def every_frame() -> Graph:
    """Return T20: after every frame, the next one."""
    return _frame_by_frame(TimeDistributed(Conv2d(out_channels=1, padding="same")))


def looking_ahead() -> Graph:
    """Return T20 with the other head of the notes, which sees the frame that it should predict; it says so itself."""
    graph = _frame_by_frame(Conv3d(out_channels=1, kernel_size=(3, 3, 3), padding="same"))
    return replace(graph, notes=(Note("why", LEAK, (-420.0, 0.0), (340.0, 270.0)),))


def _frame_by_frame(head: Layer) -> Graph:
    layers: list[Layer] = [FRAMES]
    for kernel in (5, 3):
        layers += [ConvLSTM2d(units=32, kernel_size=(kernel, kernel), every_step=True), KERAS, ReLU()]
    return chain((*layers, head, Sigmoid(), PIXELS_AS_PROBABILITIES))


def _as_rows(draft: Draft, frames: int) -> None:
    """Add what writes every frame of a video as one row: features × time."""
    draft.chain(Reshape(target=(frames, FRAME)), Permute(order=(2, 1)))


def peephole_lstm() -> Graph:
    """Return T27's first: a frame is a row of numbers, and the gates see the memory itself."""
    draft = Draft()
    draft.add(FRAMES)
    _as_rows(draft, 19)
    draft.chain(LSTM(units=256, every_step=False, peepholes=True), Dense(units=FRAME), Sigmoid())
    draft.chain(Reshape(target=(1, 64, 64)), PIXELS_AS_PROBABILITIES)
    return draft.graph()


def encoder_decoder() -> Graph:
    """Return T27's second: one LSTM reads ten frames into a code, another one writes the next ten from it."""
    draft = Draft()
    draft.add(Input(shape=(1, 10, 64, 64)))
    with draft.group("encoder", "Encoder", folded=False):
        _as_rows(draft, 10)
        draft.add(LSTM(units=512, every_step=False))
    with draft.group("decoder", "Decoder", folded=False):
        draft.chain(Reshape(target=(512, 1)), Upsample(scale=(10,)))
        draft.chain(LSTM(units=512, every_step=True), TimeDistributed(Dense(units=FRAME)), Sigmoid())
        draft.chain(Permute(order=(2, 1)), Reshape(target=(1, 10, 64, 64)))
    draft.add(PIXELS_AS_PROBABILITIES)
    return draft.graph()


def forecaster() -> Graph:
    """Return two ConvLSTMs that read ten frames as 16×16 patches, go on for ten steps with nothing to see, and paint.

    A convolution with window and stride 4 is space-to-depth followed by a 1×1 convolution, and its transpose the way
    back (Shi et al. 2015 cut their frames into the same patches); the memory then costs a sixteenth per frame.
    """
    draft = Draft()
    draft.add(Input(shape=(1, 10, 64, 64)))
    draft.chain(TimeDistributed(Conv2d(32, (PATCH, PATCH), (PATCH, PATCH))), ReLU())
    draft.add(Pad(before=(0, 0, 0), after=(10, 0, 0)), "_future")
    memories = [draft.add(ConvLSTM2d(units=48)) for _ in range(2)]
    draft.add(Concat(), after=memories)
    draft.add(Crop(before=(10, 0, 0), after=(0, 0, 0)), "_future")
    draft.add(TimeDistributed(ConvTranspose2d(1, (PATCH, PATCH), (PATCH, PATCH))))
    draft.add(Output(loss="mean squared error"))
    return draft.graph()


def _video(id: str, name: str, title: str, sentence: str, make: Callable[[], Graph], params: int) -> Template:
    return Template(
        id=id,
        name=name,
        title=title,
        sentence=sentence,
        make=make,
        recipe=ADAM,
        data=VIDEO,
        params=params,
        dimensions="video",
        section=SECTION,
    )


def _predicting(frames: str) -> DataChoice:
    """Return the moving digits with other frames to predict: after each the next (19-19), or the last ten (10-10)."""
    return replace(VIDEO, source=f"moving-mnist:predict={frames}")


def convolutional_memory() -> tuple[Template, ...]:
    """Return T19 and T20: the gates are convolutions."""
    one = _video(
        "t19",
        "convlstm-one",
        "ConvLSTM, the next frame",
        "Watches nineteen frames of two bouncing digits and paints the twentieth.",
        last_frame,
        499_425,
    )
    many = _video(
        "t20",
        "convlstm-many",
        "ConvLSTM, every next frame",
        "Two layers with memory predict, after every frame, the one that follows.",
        every_frame,
        180_001,
    )
    leaking = _video(
        "t20-conv3d",
        "convlstm-leak",
        "ConvLSTM that looks ahead",
        "Its Conv 3D head sees the very frame that it should predict: a leak to learn from.",
        looking_ahead,
        180_577,
    )
    told = reached(EVERY_FRAME) or "loss 0.0652 reported"
    many = replace(many, running=128, reported=told, data=_predicting("19-19"), row="t20")
    return (
        replace(one, running=64, reported=reached(NEXT_FRAME) or "loss 0.0709 reported", trained=NEXT_FRAME),
        replace(many, trained=EVERY_FRAME),
        replace(leaking, running=128, reported="loss 0.0236 reported", data=many.data, row="t20"),
    )


def dense_memory() -> tuple[Template, ...]:
    """Return T27: what a convolutional memory is compared with."""
    peephole = _video(
        "t27-peephole",
        "peephole-lstm",
        "Peephole LSTM, the next frame",
        "Every frame as one long row: an LSTM that has to learn each place by itself.",
        peephole_lstm,
        5_510_912,
    )
    pair = _video(
        "t27-encoder-decoder",
        "fc-lstm",
        "LSTM encoder and decoder",
        "One LSTM reads ten frames into a code of 512 numbers, another writes ten frames from it.",
        encoder_decoder,
        13_639_680,
    )
    return (replace(peephole, row="t27"), replace(pair, row="t27", data=_predicting("10-10")))


def forecasting() -> Template:
    """Return a recipe of today for the protocol of Srivastava et al.: ten frames in, the next ten out."""
    found = _video(
        "forecaster",
        "convlstm-forecaster",
        "ConvLSTM, ten frames ahead",
        "Watches ten frames cut into patches, then goes on for ten more with nothing to see but its memory.",
        forecaster,
        306_593,
    )
    data = DataChoice(ENDLESS, validation=500)
    return replace(found, recipe=ONE_PASS, data=data, reported=reached(FORECASTER), trained=FORECASTER)


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (forecast(), by_rows(), *convolutional_memory(), forecasting(), *dense_memory())
