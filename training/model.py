"""The recogniser: plain matrix products over spliced frames, character CTC. PyTorch.

No convolution (slow in training on a CPU, see LOG.md) and no attention: a layer sees two neighbours on each
side. The middle of the network works on pairs of steps (60 ms), which halves its cost and doubles its reach.
Frames past an utterance's length are zeroed before every splice, so what a batch is padded with never reaches
a real frame.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

TAPS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Sizes of the network; `width`, `bottleneck`, `hidden` at 30 ms, the `inner_` ones at 60 ms."""

    bands: int = 15
    context: int = 5  # 10 ms frames on either side of the one a 30 ms step is centred on
    stride: int = 3
    width: int = 256
    bottleneck: int = 96
    hidden: int = 512
    before: tuple[int, ...] = (1, 1)  # dilations of the layers before the pairs, in steps
    inner_width: int = 320
    inner_bottleneck: int = 128
    inner_hidden: int = 640
    inner: tuple[int, ...] = (1, 1, 2, 2, 3)  # dilations, in pairs
    after: tuple[int, ...] = (1, 1)
    intermediate: int = 3  # an extra CTC after this inner layer, fed back into the next one
    symbols: int = 34


class Layer(nn.Module):
    """x + W3 silu(W2 splice(W1 norm(x))): time context and feed-forward in one."""

    def __init__(self, width: int, bottleneck: int, hidden: int, *, dilation: int) -> None:
        super().__init__()
        self.offsets = [tap * dilation for tap in TAPS]
        self.norm = nn.LayerNorm(width)
        self.narrow = nn.Linear(width, bottleneck, bias=False)
        self.wide = nn.Linear(bottleneck * len(TAPS), hidden)
        self.back = nn.Linear(hidden, width)
        nn.init.zeros_(self.back.weight)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (batch, steps, width), mask (batch, steps, 1) of ones and zeros."""
        spliced = splice(self.narrow(self.norm(x)) * mask, self.offsets)
        return x + self.back(functional.silu(self.wide(spliced)))


def splice(x: Tensor, offsets: list[int]) -> Tensor:
    """Neighbouring frames side by side, zeros past the ends: (batch, steps, width * len(offsets))."""
    reach, steps = max(offsets), x.shape[1]
    padded = functional.pad(x, (0, 0, reach, reach))
    return torch.cat([padded[:, reach + offset : reach + offset + steps] for offset in offsets], dim=2)


class Recogniser(nn.Module):
    """Features (batch, bands, frames) → log probabilities (batch, (frames - 1) // 3 + 1, symbols)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        outer = (shape.width, shape.bottleneck, shape.hidden)
        inner = (shape.inner_width, shape.inner_bottleneck, shape.inner_hidden)
        self.stem = nn.Linear(shape.bands * (2 * shape.context + 1), shape.hidden)
        self.stem_back = nn.Linear(shape.hidden, shape.width)
        self.before = nn.ModuleList(Layer(*outer, dilation=dilation) for dilation in shape.before)
        self.down = nn.Linear(2 * shape.width, shape.inner_width)
        self.inner = nn.ModuleList(Layer(*inner, dilation=dilation) for dilation in shape.inner)
        self.middle_norm = nn.LayerNorm(shape.inner_width)
        self.middle = nn.Linear(shape.inner_width, 2 * shape.symbols)
        self.feedback = nn.Linear(2 * shape.symbols, shape.inner_width, bias=False)
        self.up = nn.Linear(shape.inner_width, 2 * shape.width)
        self.after = nn.ModuleList(Layer(*outer, dilation=dilation) for dilation in shape.after)
        self.norm = nn.LayerNorm(shape.width)
        self.out = nn.Linear(shape.width, shape.symbols)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Float32 log probabilities of the last layer and of the intermediate one, both at 30 ms."""
        counts = self.step_counts(lengths)
        steps = self.steps(features, lengths)
        mask = inside(counts, steps.shape[1], steps.dtype)
        x = self.stem_back(functional.silu(self.stem(steps)))
        for layer in self.before:
            x = layer(x, mask)
        paired, middle = self.pairs(x * mask, counts)
        x = x + paired[:, : x.shape[1]]
        for layer in self.after:
            x = layer(x, mask)
        return self.out(self.norm(x)).float().log_softmax(2), middle[:, : x.shape[1]]

    def pairs(self, x: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """The inner layers, on pairs of steps: what to add to x, and the intermediate log probabilities."""
        batch, width = x.shape[0], x.shape[2]
        x = functional.pad(x, (0, 0, 0, 1))
        pairs = x.shape[1] // 2
        x = self.down(x[:, : 2 * pairs].reshape(batch, pairs, 2 * width))
        mask = inside((counts + 1) // 2, pairs, x.dtype)
        middle = x
        for depth, layer in enumerate(self.inner):
            x = layer(x, mask)
            if depth + 1 == self.shape.intermediate:
                logits = self.middle(self.middle_norm(x)).reshape(batch, 2 * pairs, self.shape.symbols)
                middle = logits.float().log_softmax(2)
                x = x + self.feedback(middle.exp().reshape(batch, pairs, -1).to(x.dtype))
        return self.up(x).reshape(batch, 2 * pairs, width), middle

    def steps(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Every third frame with its context: (batch, steps, bands * 11)."""
        frames = features.transpose(1, 2)
        frames = frames * inside(lengths, frames.shape[1], frames.dtype)
        context, stride = self.shape.context, self.shape.stride
        count = (frames.shape[1] - 1) // stride + 1
        padded = functional.pad(frames, (0, 0, context, context + stride))
        taps = [padded[:, tap : tap + count * stride : stride] for tap in range(2 * context + 1)]
        return torch.cat(taps, dim=2)

    def step_counts(self, lengths: Tensor) -> Tensor:
        """Frames → 30 ms steps, the contract of the exported model: (T - 1) // 3 + 1."""
        return (lengths - 1) // self.shape.stride + 1


def inside(counts: Tensor, length: int, dtype: torch.dtype) -> Tensor:
    """Ones for positions under each count: (batch, length, 1)."""
    return (torch.arange(length) < counts[:, None])[:, :, None].to(dtype)
