"""Two numbers that belong together: «два три дня» → 2-3 дня, «со счётом три один» → 3:1."""

from govor.text.russian.context import COUNTED, FUNCTION_WORDS, NUMBERED, PERCENT, SCORE
from govor.text.russian.forms import GEN
from govor.text.russian.numbers import Number
from govor.text.russian.phones import counted, near
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

FROM = frozenset({"от", "с", "со"})
TO = frozenset({"до", "по"})
THOUSAND = 1000
SCORE_MAX = 100  # points of one side that a score is written with


def from_to(utterance: Utterance, at: int) -> list[Token] | None:
    """«от одного до пяти» → от 1 до 5: between numbers even one, nought and a thousand are quantities."""
    start = utterance.cardinal(at) or _thousand(utterance, at)
    if start is None or utterance.word(at - 1) not in FROM or utterance.word(start.last + 1) not in TO:
        return None
    end = utterance.cardinal(start.last + 2)
    if end is None or not (_small(start) or _small(end)) or (_small(start) and _small(end)):
        return None
    if any(number.bare and number.value > THOUSAND for number in (start, end)):
        return None
    if _goes_on(utterance, end):
        return [Token(str(start.value), at, start.last)]
    middle = start.last + 1
    return [
        Token(str(start.value), at, start.last),
        Token(utterance.words[middle], middle, middle),
        *_with_percent(utterance, str(end.value), end.first, end.last),
    ]


def approximate(utterance: Utterance, at: int) -> list[Token] | None:
    """«два три дня» → 2-3 дня, «минут пять шесть» → минут 5-6."""
    run = utterance.run(at)
    if utterance.word(at - 1) in NUMBERED:
        return None  # «нажмите два три»
    if len(run) != 2 or not run[0].cases & run[1].cases or run[0].scales:
        return None
    low, high = run[0].value, run[1].value
    after = utterance.word(run[1].last + 1)
    scaled = _scaled(run[0], run[1])
    if not scaled and (not low < high <= 2 * low or (run[1].scales and high > THOUSAND)):
        return None
    neighbours = high == low + 1 and high <= 10
    before = utterance.before(at, 2)
    unit_before = not COUNTED.isdisjoint(before[-1:] if high < 10 else before) or before[-1:] == ["через"]
    if counted(after) and not scaled:
        if not _agrees(high, after):
            return None
    elif not (scaled or unit_before or (neighbours and len(after) > 2 and after not in FUNCTION_WORDS)):
        return None
    if scaled:
        scale = run[1].last
        text = f"{low}-{run[1].scales[0][0]}"
        return [Token(text, at, scale - 1), Token(utterance.words[scale], scale, scale)]
    return _with_percent(utterance, f"{low}-{high}", at, run[1].last)


def score(utterance: Utterance, at: int) -> list[Token] | None:
    """«со счётом три один» → 3:1."""
    run = utterance.run(at)
    if len(run) != 2 or not _keeps_score(utterance, at) or max(run[0].value, run[1].value) >= SCORE_MAX:
        return None
    return [Token(f"{run[0].value}:{run[1].value}", at, run[1].last)]


def _thousand(utterance: Utterance, at: int) -> Number | None:
    """«от тысячи»: elsewhere the genitive alone is "thousands of"."""
    return Number(at, at, THOUSAND, GEN, ((0, at),)) if utterance.word(at) == "тысячи" else None


def _keeps_score(utterance: Utterance, at: int) -> bool:
    """«счёт три один», «со счётом …»; «на его счёт два три слова» is about him."""
    return near(utterance, at, SCORE) and utterance.word(at - 2) != "на" and utterance.word(at - 3) != "на"


def _small(number: Number) -> bool:
    """A number that alone would stay a word."""
    return number.value < 2 or number.bare


def _goes_on(utterance: Utterance, number: Number) -> bool:
    """Whether the number is the beginning of a longer expression: «до двух с половиной»."""
    return utterance.word(number.last + 1) in {"с", "целых", "запятая"} or (
        utterance.number(number.last + 1) is not None
    )


def _scaled(low: Number, high: Number) -> bool:
    """«три четыре тысячи»: the scale belongs to both."""
    if len(high.scales) != 1 or high.last != high.scales[0][1] or low.scales:
        return False
    return 0 < low.value < high.scales[0][0] <= 2 * low.value


def _agrees(value: int, noun: str) -> bool:
    """«два три дня», but «десять пятнадцать дня» is a time of day."""
    singular = 2 <= value % 10 <= 4 and value % 100 not in range(12, 15)
    return singular or noun not in {"дня", "ночи", "часа"}


def _with_percent(utterance: Utterance, text: str, first: int, last: int) -> list[Token]:
    if utterance.word(last + 1) in PERCENT:
        return [Token(f"{text}%", first, last + 1)]
    return [Token(text, first, last)]
