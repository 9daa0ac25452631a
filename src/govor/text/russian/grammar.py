"""The rules of Russian, and the order in which they are asked.

Rule 1: a rule looks at one place of an utterance and returns tokens that begin there, or None.
Rule 2: every rule reads a bounded number of words, or a whole run of numbers that is written at once:
        the time is linear in the words.
Rule 3: what no rule takes stays as it was spoken.
"""

from collections.abc import Callable, Sequence

from govor.text.russian import clock, dates, phones, quantities, ranges, rows
from govor.text.russian.clock import HALF, HALF_WORDS, QUARTER
from govor.text.russian.forms import FORMS
from govor.text.russian.quantities import ONE_AND_A_HALF
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

Rule = Callable[[Utterance, int], list[Token] | None]
NUMBERS: tuple[Rule, ...] = (
    dates.date,
    dates.year,
    dates.ordinal,
    clock.minutes_of,
    ranges.from_to,
    ranges.score,
    phones.phone,
    ranges.approximate,
    clock.spoken,
    phones.code,
    rows.point,
    rows.apart,
)
WORDS: dict[str, tuple[Rule, ...]] = {
    "без": (clock.before_the_hour,),
    "плюс": (phones.phone, quantities.sign),
    "минус": (quantities.sign,),
    "пол": (clock.half,),
    **dict.fromkeys((*HALF, *QUARTER), (clock.half,)),
    **dict.fromkeys(HALF_WORDS, (clock.half_word,)),
    **dict.fromkeys(ONE_AND_A_HALF, (quantities.quantity,)),
}
TRIGGERS = frozenset({*FORMS, *WORDS})


def written(words: Sequence[str], *, phones: bool = True) -> list[Token]:
    """The words of one utterance as they are written; the tokens cover every word once and in order."""
    utterance = Utterance(words, phones=phones)
    hits = [at for at, word in enumerate(utterance.folded) if word in TRIGGERS]
    for at in hits:
        utterance.hide_idioms(at)
    tokens: list[Token] = []
    done = 0
    for at in hits:
        if at < done:
            continue
        tokens += utterance.spoken(done, at - 1)
        tokens += _at(utterance, at)
        done = tokens[-1].last + 1
    return tokens + utterance.spoken(done, len(words) - 1)


def _at(utterance: Utterance, at: int) -> list[Token]:
    """What stands at word `at`: the first rule that knows it decides."""
    for rule in WORDS.get(utterance.word(at), NUMBERS):
        if (tokens := rule(utterance, at)) is not None:
            return tokens
    return utterance.spoken(at, at)
