"""A table of vectors, with channels first."""

from __future__ import annotations

import torch
from torch import nn


class TokenEmbedding(nn.Embedding):
    """Replaces tokens, which arrive as float numbers, by rows of a table."""

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the vectors (N, dimension, L) of tokens (N, L)."""
        return super().forward(tokens.long()).transpose(1, 2)
