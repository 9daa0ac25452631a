"""Witten-Bell estimate of how words are spelled, from a list of words. No I/O."""

import numpy as np
from numpy.typing import NDArray

from govor.recognition.language_model import coded
from govor.recognition.lexicon import Letters
from govor.recognition.spelling import CONTEXT_LETTERS, Spelling


def spelling(letters: Letters, alphabet_size: int) -> Spelling:
    """Letter numbers of distinct words, each counted once → p(letter | three before), in 8 bits."""
    return Spelling(coded(np.log(probabilities(letters, alphabet_size))))


def probabilities(letters: Letters, alphabet_size: int) -> NDArray[np.float64]:
    """Exact: [(alphabet + 1) ** 3, alphabet + 1]; every row sums to 1."""
    base = alphabet_size + 1
    edges = np.zeros((len(letters), CONTEXT_LETTERS), np.int64)
    padded = np.concatenate([edges, letters.astype(np.int64), edges[:, :1]], axis=1)
    here = padded[:, CONTEXT_LETTERS:]
    spoken = np.c_[np.ones(len(letters), bool), here[:, :-1] != 0]  # up to and with the edge after the word
    estimate = np.full((1, base), 1 / base)
    for order in range(CONTEXT_LETTERS + 1):
        context = np.zeros_like(here)
        for back in range(order, 0, -1):
            context = context * base + padded[:, CONTEXT_LETTERS - back : padded.shape[1] - back]
        seen = np.bincount((context * base + here)[spoken], minlength=base ** (order + 1))
        counts = seen.reshape(-1, base).astype(np.float64)
        kinds = np.count_nonzero(counts, axis=1, keepdims=True)
        shorter = np.tile(
            estimate, (len(counts) // len(estimate), 1)
        )  # the same context less its first letter
        estimate = np.where(
            kinds > 0,
            (counts + kinds * shorter) / np.maximum(1, counts.sum(1, keepdims=True) + kinds),
            shorter,
        )
    return estimate
