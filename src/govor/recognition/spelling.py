"""How words are spelled: a dense model of four letters, for words that no list knows. No I/O.

Letters are numbered from 1 in the order of the alphabet; 0 is the edge of a word. A context is the last
three letters as one number in base `letters + 1`; at the start of a word they are all 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition.language_model import NATS

CONTEXT_LETTERS = 3
EDGE = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """log p(letter | three letters before) as 8-bit codes: [(letters + 1) ** 3, letters + 1]."""

    codes: NDArray[np.uint8]

    @property
    def base(self) -> int:
        """Letters and the edge."""
        return int(self.codes.shape[1])

    def score(
        self, contexts: NDArray[np.int64], letters: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """log p(letter | context) of each pair, and the context after it."""
        after = (contexts * self.base + letters) % len(self.codes)
        return NATS[self.codes[contexts, letters]], after

    def ends(self, contexts: NDArray[np.int64]) -> NDArray[np.float32]:
        """log p(the word ends | context)."""
        nats: NDArray[np.float32] = NATS[self.codes[contexts, EDGE]]
        return nats
