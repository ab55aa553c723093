"""From numbers that name something (words, letters) to vectors that can be learned."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, need_rank, size
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.dense import Flatten
from cnnviz.layers.formula import Formula, Index, Lookup, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class Embedding(Layer):
    """Replaces every token by its row of a learned table: a sequence of vectors comes out, features first."""

    kind, title, group, icon = "embedding", "Embedding", "Recurrent", "layer-embedding"

    tokens: int = opt(1000, lo=1, hi=1_000_000, help="how many different tokens there are: 0 to this minus 1")
    dimension: int = opt(16, lo=1, hi=4096, help="how many numbers stand for a token")

    @classmethod
    def repeatable(cls) -> bool:
        return False  # tokens are a sequence already

    def out_shape(self, *inputs: Shape) -> Shape:
        remedies = (Remedy(f"Insert Flatten: {size(inputs[0])} tokens", insert=Flatten()),)
        need_rank(inputs[0], 0, remedies)
        return (self.dimension, inputs[0][0])

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (self.tokens, self.dimension)),)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("TokenEmbedding", (self.tokens, self.dimension)),)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return (
            calculation(
                "tokens·dimension",
                "{tokens}·{dimension} = {result}",
                tokens=self.tokens,
                dimension=self.dimension,
                result=self.tokens * self.dimension,
            ),
        )

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Lookup(cell(0, index[1:]), "weight", index[0])

    def brief(self) -> str:
        return f"{self.tokens} → {self.dimension}"
