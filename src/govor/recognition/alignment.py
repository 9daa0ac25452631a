"""When each symbol of a known text was said: the best CTC path through log-probabilities. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each symbol of the text: its first frame and the one after its last."""

    begins: Numbers
    ends: Numbers


def align(log_probs: Floats, symbols: Sequence[int], blank: int) -> Alignment:
    """log p [frames, symbols] and a text → where each of its symbols lies on the best path.

    ValueError when the text does not fit into the frames (a repeated symbol needs a blank between).
    """
    labels = np.full(2 * len(symbols) + 1, blank)
    labels[1::2] = symbols
    states = best_path(log_probs[:, labels], may_skip(labels))
    frames, state = np.arange(len(states)), np.array(states)
    spoken = state % 2 == 1
    symbol = state[spoken] // 2
    begins = np.searchsorted(symbol, np.arange(len(symbols)), side="left")
    ends = np.searchsorted(symbol, np.arange(len(symbols)), side="right")
    times = frames[spoken]
    return Alignment(times[begins], times[ends - 1] + 1)


def may_skip(labels: Numbers) -> NDArray[np.bool_]:
    """States that can be entered from two before: letters that differ from the letter before."""
    allowed = np.zeros(len(labels), bool)
    allowed[3::2] = labels[3::2] != labels[1:-2:2]
    return allowed


def best_path(scores: Floats, skip: NDArray[np.bool_]) -> list[int]:
    """Scores [frames, states] → the state of each frame, from state 0 or 1 to one of the last two."""
    frames, states = scores.shape
    best = np.full(states + 2, -np.inf)  # two states that cannot be left, so that shifts need no edge
    best[2] = 0.0  # before the first frame
    from_two = np.where(skip, 0.0, -np.inf)
    moves = np.zeros((frames, states), np.uint8)
    for frame in range(frames):
        options = np.stack([best[2:], best[1:-1], best[:-2] + from_two])
        moves[frame] = np.argmax(options, axis=0)
        best[2:] = options.max(axis=0) + scores[frame]
    state = states - 1 if states == 1 or best[-1] >= best[-2] else states - 2
    if not np.isfinite(best[state + 2]):
        raise ValueError(f"{states // 2} symbols do not fit into {frames} frames")
    path = []
    for frame in reversed(range(frames)):
        path.append(state)
        state -= int(moves[frame, state])
    return path[::-1]
