"""The networks in Keras, as the lecture notes write them; where they print a layer of their own, so it is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import Input, Model, layers

L: Any = layers
VIDEOS = ("t19", "t20")


def network(name: str) -> Any:
    """Return a compiled model."""
    model = _NETWORKS[name]()
    loss = "binary_crossentropy" if name in VIDEOS else "sparse_categorical_crossentropy"
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(learning_rate=1e-3))
    return model


def _t1() -> Any:
    x = h = Input((28, 28, 1))
    for channels in (32, 64):
        h = L.MaxPooling2D((2, 2))(L.Conv2D(channels, 3, padding="same", activation="relu")(h))
    h = L.Dense(100, activation="relu")(L.Flatten()(h))
    return Model(x, _classes(h))


def _t2() -> Any:
    x = h = Input((28, 28, 1))
    for channels in (32, 64, 128):
        h = L.MaxPooling2D((2, 2), padding="same")(
            L.Conv2D(channels, 3, padding="same", activation="relu")(h)
        )
    h = L.Dropout(0.4)(L.Dense(256, activation="relu")(L.Flatten()(h)))
    return Model(x, _classes(h))


def _t11() -> Any:
    x = Input((32, 32, 3))
    h = L.RandomRotation(0.1)(L.RandomFlip(mode="horizontal")(x))
    for channels in (16, 32, 64):
        h = L.Activation("relu")(L.BatchNormalization()(L.Conv2D(channels, 3)(h)))
        h = L.AveragePooling2D((2, 2))(h)
    h = L.Dropout(0.5)(L.Dense(128, activation="relu")(L.Flatten()(h)))
    return Model(x, _classes(h))


def _t15() -> Any:
    x = Input((32, 32, 3))
    h = L.RandomRotation(0.2)(L.RandomFlip(mode="horizontal_and_vertical")(x))
    h = _residual(L.RandomZoom(0.1)(h), 3, L.Conv2D, L.ZeroPadding2D)
    return Model(x, _classes(L.GlobalAveragePooling2D()(h)))


def _t16() -> Any:
    x = Input((16, 16, 16, 3))
    return Model(x, _classes(L.GlobalAveragePooling3D()(_residual(x, 2, L.Conv3D, L.ZeroPadding3D))))


def _t18() -> Any:
    x = Input((28, 28))
    h = L.MaxPooling1D(10, strides=1)(L.Activation("relu")(L.Conv1D(20, 5)(x)))
    return Model(x, _classes(L.Flatten()(h)))


def _t19() -> Any:
    x = Input((19, 64, 64, 1))
    h = L.Activation("relu")(L.BatchNormalization()(MyConvLSTM2D(32, (5, 5), "same", (0, 19, 64, 64))(x)))
    return Model(x, L.Conv2D(1, 3, padding="same", activation="sigmoid", dtype="float32")(h))


def _t20() -> Any:
    x = h = Input((None, 64, 64, 1))
    for width in (5, 3):
        h = L.ConvLSTM2D(32, width, padding="same", return_sequences=True)(h)
        h = L.Activation("relu")(L.BatchNormalization()(h))
    last = L.Conv2D(1, 3, padding="same", activation="sigmoid", dtype="float32")
    return Model(x, L.TimeDistributed(last, dtype="float32")(h))


class MyConvLSTM2D(L.Layer):  # type: ignore[misc]
    """The notes' own: eight convolutions and three peepholes."""

    def __init__(self, filters: int, kernel_size: tuple[int, int], pad: str, d: tuple[int, ...]) -> None:
        super().__init__()
        self.nh = filters
        of_x, of_h = ([L.Conv2D(filters, kernel_size, padding=pad) for _ in range(4)] for _ in range(2))
        self.Wf, self.Wi, self.Wc, self.Wo = of_x
        self.Rf, self.Ri, self.Rc, self.Ro = of_h
        self.Pf, self.Pi, self.Po = (
            self.add_weight(shape=(1, d[2], d[3], filters), initializer="random_normal") for _ in range(3)
        )

    def lstm_cell(self, x: Any, h: Any, c: Any) -> tuple[Any, Any]:
        """Return output and state after a step."""
        f_gate = tf.math.sigmoid(self.Wf(x) + self.Rf(h) + self.Pf * c)
        i_gate = tf.math.sigmoid(self.Wi(x) + self.Ri(h) + self.Pi * c)
        c_gate = tf.math.tanh(self.Wc(x) + self.Rc(h))
        o_gate = tf.math.sigmoid(self.Wo(x) + self.Ro(h) + self.Po * c)
        c_stat = c * f_gate + c_gate * i_gate
        return tf.math.tanh(c_stat) * o_gate, c_stat

    def call(self, x: Any) -> Any:
        """Return the last output."""
        h = c = tf.zeros((tf.shape(x)[0], x.shape[2], x.shape[3], self.nh), dtype=self.compute_dtype)
        for t in range(x.shape[1]):
            h, c = self.lstm_cell(x[:, t], h, c)
        return h


def _classes(h: Any) -> Any:
    """Add what names ten classes; half precision is for what comes before."""
    return L.Dense(10, activation="softmax", dtype="float32")(h)


def _residual(x: Any, blocks: int, convolution: Any, padding: Any) -> Any:
    h = L.Activation("relu")(L.BatchNormalization()(convolution(16, 3)(padding(1)(x))))
    for stage, channels in enumerate((16, 32, 64)):
        for block in range(blocks):
            h = _block(h, channels, 2 if stage and not block else 1, convolution, padding)
    return h


def _block(x: Any, channels: int, stride: int, convolution: Any, padding: Any) -> Any:
    h = L.Activation("relu")(L.BatchNormalization()(convolution(channels, 3, stride)(padding(1)(x))))
    h = L.BatchNormalization()(convolution(channels, 3)(padding(1)(h)))
    if stride == 2:
        x = L.BatchNormalization()(convolution(channels, 1, stride)(x))
    return L.Activation("relu")(L.Add()([h, x]))


_NETWORKS: dict[str, Callable[[], Any]] = {
    "t1": _t1, "t2": _t2, "t11": _t11, "t15": _t15, "t16": _t16, "t18": _t18, "t19": _t19, "t20": _t20,
}  # fmt: skip
