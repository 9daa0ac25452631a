"""The seam of every speech recogniser; drivers (ctc.py today) stand behind it."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from govor.records import Word

Wave = NDArray[np.float32]  # mono samples, -1..1


class Recognizer(Protocol):
    """Anything that turns sound into words. The same wave gives the same words, whatever it is sent with."""

    @property
    def sample_rate_hz(self) -> int:
        """What the waves must have."""
        ...

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """Recognise each wave (mono, -1..1, at `sample_rate_hz`); times count from 0 of each wave.

        A wave without speech gives an empty tuple. Raises ModelFailed when the model's runtime fails.
        """
        ...


@runtime_checkable
class Expecting(Recognizer, Protocol):
    """A recogniser that can be told which phrases to expect."""

    def expecting(self, phrases: Sequence[str]) -> Recognizer:
        """The same recogniser with these phrases (see phrases.py) raised; the model is shared."""
        ...
