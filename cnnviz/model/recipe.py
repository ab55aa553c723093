"""What is trained on what, and how: the choices beside the graph that a project file keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cnnviz.errors import TrainError, did_you_mean
from cnnviz.model.augmentation import Chain, chain_from
from cnnviz.model.setting import Setting, setting, settings_of

_OPTIMISERS = {
    "sgd": "SGD", "momentum": "Momentum", "nesterov": "Nesterov",
    "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop",
}  # fmt: skip
_INITIALISERS = {
    "default": "PyTorch's own", "normal": "N(0, 0.1)", "glorot": "Glorot", "glorot-normal": "Glorot normal", "he": "He",
    "he-uniform": "He uniform", "lecun": "LeCun", "orthogonal": "Orthogonal", "zero": "Zero",
}  # fmt: skip
_SCHEDULES = {
    "constant": "Constant", "step": "Steps down", "cosine": "Cosine to 0",
    "one-cycle": "One cycle", "plateau": "Plateau",
}  # fmt: skip
_PRECISIONS = {"float32": "float32", "bfloat16": "bfloat16", "float16": "float16"}
OPTIMISERS, INITIALISERS = tuple(_OPTIMISERS), tuple(_INITIALISERS)
SCHEDULES, PRECISIONS = tuple(_SCHEDULES), tuple(_PRECISIONS)
_LEARNING, _RATE, _START = "Learning", "Learning rate", "Start"
_SIMPLE, _ARITHMETIC = "Against overfitting", "Arithmetic"


@dataclass(frozen=True)
class DataChoice:
    """Which data set, and how many training images are held out for validation.

    With `folds` of 2 or more, the training images are dealt into so many parts, and part `fold` (from 0) is held
    out.
    """

    source: str = "mnist"
    validation: int = 5000
    seed: int = 0
    folds: int = 0
    fold: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as JSON values."""
        return asdict(self)

    def fitted(self, count: int) -> DataChoice:
        """Return the choice for `count` training samples: where a quarter of them is too few, a sixth is held out."""
        fits = self.validation <= count // 4
        return replace(self, validation=self.validation if fits else count // 6)


@dataclass(frozen=True)
class Recipe:
    """How to train. `steps` counts batches and overrides `epochs` when it is not 0.

    The loss is the one that the graph names. Every setting is declared here with its bounds and its help; a value that
    can't be raises TrainError.
    """

    optimiser: str = setting(
        "adam", section=_LEARNING, words=_OPTIMISERS, help="The rule that turns gradients into steps"
    )
    learning_rate: float = setting(
        1e-3,
        section=_RATE,
        lo=1e-8,
        hi=10.0,
        logarithmic=True,
        help="How far each step goes; the highest one of a schedule",
    )
    batch_size: int = setting(64, section=_LEARNING, lo=1, hi=65536, help="Samples per step")
    epochs: int = setting(
        5, section=_LEARNING, lo=1, hi=100_000, needs={"steps": (0,)},
        help="How often every training sample is seen; not used where steps are given",
    )  # fmt: skip
    steps: int = setting(
        0, section=_LEARNING, lo=0, hi=100_000_000,
        help="0: as many as the epochs take; otherwise exactly this many batches",
    )  # fmt: skip
    seed: int = setting(
        0, section=_LEARNING, lo=0, hi=2**31 - 1, help="The same seed gives the same numbers again"
    )
    momentum: float = setting(
        0.9, section=_LEARNING, lo=0.0, hi=0.9999, needs={"optimiser": ("momentum", "nesterov")},
        help="How much of the last step is kept; only Momentum and Nesterov use it",
    )  # fmt: skip
    weight_decay: float = setting(
        0.0,
        section=_SIMPLE,
        lo=0.0,
        hi=1.0,
        logarithmic=True,
        help="Pulls weights towards 0, within the optimiser",
    )
    initialiser: str = setting(
        "default", section=_START, words=_INITIALISERS,
        help="Where the weights start: Glorot draws uniformly, He, LeCun and N from a normal distribution",
    )  # fmt: skip
    schedule: str = setting(
        "constant", section=_RATE, words=_SCHEDULES, help="How the learning rate changes over the run"
    )
    device: str = "cpu"
    warm_up: int = setting(
        0,
        section=_RATE,
        lo=0,
        hi=1_000_000,
        help="Steps at the beginning in which the learning rate rises from 0",
    )
    drop_factor: float = setting(
        0.1, section=_RATE, lo=0.0, hi=1.0, needs={"schedule": ("step", "plateau")},
        help="What the learning rate is multiplied by at each drop",
    )  # fmt: skip
    drop_steps: tuple[int, ...] = setting(
        (32_000, 48_000), section=_RATE, form="rising", lo=1, hi=100_000_000, needs={"schedule": ("step",)},
        help="The steps from which on the learning rate is lower",
    )  # fmt: skip
    drop_patience: int = setting(
        3, section=_RATE, lo=1, hi=10_000, needs={"schedule": ("plateau",)},
        help="Epochs without a lower validation loss before the learning rate drops",
    )  # fmt: skip
    freeze: tuple[str, ...] = setting(
        (), section=_START, form="names", help="Names of layers whose weights stay as they are"
    )
    l1: float = setting(
        0.0, section=_SIMPLE, label="L1", lo=0.0, hi=1.0, logarithmic=True,
        help="Adds this times Σ|w| to the loss, over all weights but biases",
    )  # fmt: skip
    l2: float = setting(
        0.0, section=_SIMPLE, label="L2", lo=0.0, hi=1.0, logarithmic=True,
        help="Adds this times Σw² to the loss, over all weights but biases",
    )  # fmt: skip
    label_smoothing: float = setting(
        0.0,
        section=_SIMPLE,
        lo=0.0,
        hi=0.9,
        help="Share of the true class that is dealt out to all classes alike",
    )
    mixup: float = setting(
        0.0, section=_SIMPLE, lo=0.0, hi=10.0,
        help="Blends each sample and its answer with another one; the share is drawn from Beta(a, a), 0 is off",
    )  # fmt: skip
    early_stopping: int = setting(
        0, section=_SIMPLE, lo=0, hi=10_000,
        help="Stops after so many epochs without a lower validation loss, and goes back to the best; 0 is off",
    )  # fmt: skip
    clip_norm: float = setting(
        0.0, section=_ARITHMETIC, label="Clip gradient", lo=0.0, hi=1000.0, logarithmic=True,
        help="Shortens a longer gradient to this length, over all weights together; 0 is off",
    )  # fmt: skip
    accumulate: int = setting(
        1, section=_ARITHMETIC, label="Parts per batch", lo=1, hi=4096,
        help="Computes each batch in so many parts, one after the other: the same step with less memory",
    )  # fmt: skip
    precision: str = setting(
        "float32", section=_ARITHMETIC, words=_PRECISIONS,
        help="What convolutions and matrix products are computed in; weights stay float32",
    )  # fmt: skip
    compiled: bool = setting(
        False,
        section=_ARITHMETIC,
        help="Lets torch.compile fuse the network first, which takes up to a minute",
    )
    augment: Chain = ()
    """How training images are changed at random, one step after the other."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "augment", chain_from(self.augment))
        for each in SETTINGS:
            object.__setattr__(self, each.name, each.parse(getattr(self, each.name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        found = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}
        return found | {"augment": [step.to_dict() for step in self.augment]}


SETTINGS: tuple[Setting, ...] = settings_of(Recipe)


def recipe_setting(name: str) -> Setting:
    """Return the declaration of a setting by its name; raise TrainError where there is none."""
    known = {each.name: each for each in SETTINGS}
    if name not in known:
        raise TrainError(f"a recipe has no {name!r}.", hint=did_you_mean(name, known))
    return known[name]


def recipe_from_dict(values: Mapping[str, Any]) -> Recipe:
    """Return a recipe from JSON values, what is missing by default; TrainError for what is unknown or impossible."""
    known = {each.name for each in fields(Recipe)}
    for name in values:
        if name not in known:
            raise TrainError(f"a recipe has no {name!r}.", hint=did_you_mean(name, known))
    return Recipe(**values)


def data_from_dict(values: Mapping[str, Any]) -> DataChoice:
    """Return a data choice from JSON values; raise TrainError for what is unknown or impossible."""
    known = {"source": str, "validation": int, "seed": int, "folds": int, "fold": int}
    for name, value in values.items():
        if name not in known or not isinstance(value, known[name]) or isinstance(value, bool):
            raise TrainError(
                f"a data choice can't have {name} = {value!r}.", hint=f"It has {', '.join(known)}."
            )
    choice = DataChoice(**values)
    if min(choice.validation, choice.seed, choice.folds, choice.fold) < 0:
        raise TrainError("a data choice can't have negative numbers.")
    if choice.fold >= max(choice.folds, 1):
        raise TrainError(f"there is no fold {choice.fold} of {choice.folds}.", hint="The first is 0.")
    return choice
