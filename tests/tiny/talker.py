"""A recogniser for tests of long or hostile transcripts: it says much, quickly, whatever it hears.

Give a pool `loader=LOADER`, with the repository in PYTHONPATH. The sample rate is the given model's; the same
wave gives the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from govor.recognition.recognizer import Wave
from govor.records import Word

LOADER = "tests.tiny.talker:load"
WORD_MS = 400  # 150 words a minute, as people speak
HOSTILE = "<img/src=x/onerror=hacked()>"
SAID = (
    "здравствуйте городская библиотека слушаю вас я хочу продлить книгу которую взял двадцать седьмого "
    f"октября назовите пожалуйста вашу фамилию моя {HOSTILE} соколова хорошо книга продлена большое спасибо"
).split()
DOUBTFUL_EVERY = 7  # words


class Sampled(Protocol):
    """What is asked of a model."""

    @property
    def sample_rate_hz(self) -> int:
        """Of the waves it wants."""
        ...


@dataclass(frozen=True)
class Talker:
    """Says SAID from a place that depends on the wave."""

    sample_rate_hz: int

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """A word for each WORD_MS of each wave."""
        return [self._words(wave) for wave in waves]

    def _words(self, wave: Wave) -> tuple[Word, ...]:
        count = max(1, len(wave) * 1000 // self.sample_rate_hz // WORD_MS)
        return tuple(
            Word(
                text=SAID[(len(wave) + at) % len(SAID)],
                start_ms=at * WORD_MS,
                end_ms=at * WORD_MS + WORD_MS - 50,
                confidence=0.25 if at % DOUBTFUL_EVERY == DOUBTFUL_EVERY - 1 else 0.9,
            )
            for at in range(count)
        )


def load(model: Sampled) -> Talker:
    """What the pool calls in its process."""
    return Talker(model.sample_rate_hz)
