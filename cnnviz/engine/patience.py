"""What the validation loss decides: when the learning rate drops, when to stop, and which weights were the best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from cnnviz.model.recipe import Recipe

Arrays = Mapping[str, NDArray[Any]]


class Patience:
    """Is told the validation loss of every epoch."""

    def __init__(self, recipe: Recipe) -> None:
        self._stops_after = recipe.early_stopping
        self._drops_after = recipe.drop_patience if recipe.schedule == "plateau" else 0
        self._factor = recipe.drop_factor
        self.best, self.best_step = math.inf, 0
        self.best_weights: Arrays | None = None
        self.share = 1.0
        """What the planned learning rate is multiplied by."""
        self._worse = self._worse_since_drop = 0

    def judge(self, loss: float, step: int) -> bool:
        """Take the loss of an epoch; return whether it is the lowest so far."""
        if loss < self.best:
            self.best, self.best_step = loss, step
            self._worse = self._worse_since_drop = 0
            return True
        self._worse += 1
        self._worse_since_drop += 1
        if self._drops_after and self._worse_since_drop >= self._drops_after:
            self.share *= self._factor
            self._worse_since_drop = 0
        return False

    @property
    def keeps_best(self) -> bool:
        """Say whether the best weights are to be kept, to go back to them at the end."""
        return self._stops_after > 0

    @property
    def over(self) -> bool:
        """Say whether it has lasted long enough without a lower loss."""
        return self.keeps_best and self._worse >= self._stops_after

    def state(self) -> dict[str, float]:
        """Return all but the weights, JSON-ready; an infinite loss is left out."""
        found = {"share": self.share, "worse": self._worse, "worse_since_drop": self._worse_since_drop}
        return found if math.isinf(self.best) else found | {"best": self.best, "best_step": self.best_step}

    def recall(self, state: Mapping[str, float]) -> None:
        """Go on where `state` was taken."""
        self.share = float(state["share"])
        self.best, self.best_step = float(state.get("best", math.inf)), int(state.get("best_step", 0))
        self._worse, self._worse_since_drop = int(state["worse"]), int(state["worse_since_drop"])
