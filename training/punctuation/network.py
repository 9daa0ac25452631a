"""The network: embeddings summed, then convolutions over words; two heads. PyTorch, for training only.

A word sees RADIUS words on either side and nothing further, so the service may cut long text anywhere.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

EMBEDDING, HIDDEN = 64, 128
FIRST_KERNEL = 5
DILATIONS = (2, 4)  # of the residual layers, kernel 3
RADIUS = FIRST_KERNEL // 2 + sum(DILATIONS)
MARKS = 4


class Punctuation(nn.Module):
    """Rows of words [batch, words, features] → logits of the mark after each and of its capital."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(rows, EMBEDDING)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.first = nn.Linear(FIRST_KERNEL * EMBEDDING, HIDDEN)
        self.layers = nn.ModuleList(nn.Linear(3 * HIDDEN, HIDDEN) for _ in DILATIONS)
        self.mark = nn.Linear(HIDDEN, MARKS)
        self.capital = nn.Linear(HIDDEN, 1)
        self.dropout = nn.Dropout(0.15)

    def forward(self, rows: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """`there` [batch, words] is 1 for words and 0 for the gaps between texts."""
        mask = there[..., None]
        hidden = self.dropout(self.embedding(rows).sum(dim=2) * mask)
        hidden = torch.relu(self.first(around(hidden, FIRST_KERNEL, 1))) * mask
        for layer, dilation in zip(self.layers, DILATIONS, strict=True):
            hidden = hidden + torch.relu(layer(around(self.dropout(hidden), 3, dilation))) * mask
        hidden = self.dropout(hidden)
        return self.mark(hidden), self.capital(hidden)[..., 0]


def around(hidden: Tensor, kernel: int, dilation: int) -> Tensor:
    """Each word's vector with its neighbours' beside it, nearest order kept; zeros beyond the ends."""
    reach = kernel // 2 * dilation
    padded = functional.pad(hidden, (0, 0, reach, reach))
    length = hidden.shape[1]
    return torch.cat(
        [padded[:, shift * dilation : shift * dilation + length] for shift in range(kernel)], dim=2
    )
