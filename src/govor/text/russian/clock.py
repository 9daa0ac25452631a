"""Times of day: «четырнадцать тридцать» → 14:30, «без пяти семь» → 6:55, «половина шестого» → 5:30."""

from govor.text.russian import groups
from govor.text.russian.context import CODE, COUNTED, DAY_PARTS, NUMBERED, PHONE, words_of
from govor.text.russian.forms import FORMS, GEN, NOM, OrdinalForm
from govor.text.russian.numbers import Number
from govor.text.russian.phones import counted, near
from govor.text.russian.quantities import ONE_AND_A_HALF
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

HOURS = 24
FACE_HOURS = 12
MINUTES = 60
EACH = frozenset({"по", "через", "каждые"})  # before amounts rather than times
QUARTER = {"четверть": 15, "четверти": 15}
HALF = words_of("половина половину половине половины полови")
MINUTE_WORDS = frozenset({"минут", "минуты", "минуту"})
HOUR_WORDS = frozenset({"час", "часа", "часов"})
# «Половина третьего тома» is no time: a noun in the genitive ends so. These end so too, but are none.
NOUN_ENDINGS = ("а", "я", "ого", "его")
NO_NOUN = words_of("утра дня я она когда тогда туда сюда была сегодня вчера завтра да меня тебя пора уже")


def spoken(utterance: Utterance, at: int) -> list[Token] | None:
    """Two groups, an hour and its minutes: «в семь сорок», «двенадцать ноль ноль»."""
    run = utterance.run(at)
    if not 2 <= len(run) <= 4 or not groups.short(run):
        return None
    pair = groups.merged(run)
    if (
        len(pair) != 2
        or not _is_time(pair[0], pair[1])
        or _is_something_else(utterance, at, run[-1].last + 1)
    ):
        return None
    return [Token(f"{pair[0].digits}:{pair[1].digits}", at, run[-1].last)]


def before_the_hour(utterance: Utterance, at: int) -> list[Token] | None:
    """«без пяти [минут] семь», «без четверти два»: the minutes are genitive, the hour is nominative."""
    if utterance.word(at) != "без":
        return None
    minutes, last = QUARTER.get(utterance.word(at + 1), 0), at + 1
    if not minutes:
        number = utterance.cardinal(at + 1)
        if number is None or not number.cases & GEN or not 0 < number.value < MINUTES // 2:
            return None
        minutes, last = number.value, number.last
    if utterance.word(last + 1) in MINUTE_WORDS:
        last += 1
    hour = _hour(utterance, last + 1)
    if hour is None:
        # «Без пяти минут директор» counts no minutes.
        return utterance.spoken(at, last) if utterance.word(last) in MINUTE_WORDS and minutes == 5 else None
    value, last = hour
    text = f"{value - 1 or FACE_HOURS}:{MINUTES - minutes:02d}"
    return [Token(text, at, last)]


def half(utterance: Utterance, at: int) -> list[Token] | None:
    """«половина шестого», «пол шестого» → 5:30; «четверть шестого» → 5:15."""
    word = utterance.word(at)
    minutes = MINUTES // 2 if word in HALF or word == "пол" else QUARTER.get(word)
    return None if minutes is None else _of_the_hour(utterance, at, at + 1, minutes)


def half_word(utterance: Utterance, at: int) -> list[Token] | None:
    """«полшестого» → 5:30."""
    hour = HALF_WORDS.get(utterance.word(at))
    if hour is None or not _time_ends(utterance, at + 1):
        return None
    return [Token(f"{hour - 1 or FACE_HOURS}:30", at, at)]


def minutes_of(utterance: Utterance, at: int) -> list[Token] | None:
    """«десять минут седьмого» → 6:10."""
    number = utterance.cardinal(at)
    if (
        number is None
        or not 0 < number.value < MINUTES
        or utterance.word(number.last + 1) not in MINUTE_WORDS
    ):
        return None
    return _of_the_hour(utterance, at, number.last + 2, number.value)


def _half_words() -> dict[str, int]:
    """полпервого … полдвенадцатого, with the hour they run to."""
    return {
        f"пол{form}": entry.value
        for form, entry in FORMS.items()
        if isinstance(entry, OrdinalForm) and entry.ending == "ого" and entry.value <= FACE_HOURS
    }


HALF_WORDS = _half_words()
NUMBERS = frozenset({*FORMS, *HALF_WORDS, *ONE_AND_A_HALF})  # end a time as well: they are no nouns


def _is_time(hour: groups.Group, minutes: groups.Group) -> bool:
    if len(hour.digits) > 2 or len(minutes.digits) != 2:
        return False
    if not hour.cases & minutes.cases and minutes.digits[0] != "0":
        return False  # but «до восемнадцати ноль ноль»: few decline the zeros
    return hour.value < HOURS and minutes.value < MINUTES


def _is_something_else(utterance: Utterance, at: int, after: int) -> bool:
    """What is counted or numbered is no time of day."""
    word = utterance.word(after)
    if word in DAY_PARTS:
        return False
    before = utterance.word(at - 1)
    return (
        counted(word)
        or before in COUNTED
        or before in NUMBERED
        or before in EACH
        or near(utterance, at, CODE | PHONE)
    )


def _hour(utterance: Utterance, at: int) -> tuple[int, int] | None:
    """The hour that «без пяти» runs to, and its last word; «час» is one."""
    if utterance.word(at) == "час":
        return 1, at
    number = utterance.cardinal(at)
    if not isinstance(number, Number) or not number.cases & NOM or not 0 < number.value <= HOURS:
        return None
    if utterance.word(number.last + 1) in HOUR_WORDS:
        return number.value, number.last + 1
    return None if counted(utterance.word(number.last + 1)) else (number.value, number.last)


def _of_the_hour(utterance: Utterance, first: int, at: int, minutes: int) -> list[Token] | None:
    """So many minutes of the hour that the ordinal at word `at` names."""
    ordinal = utterance.ordinal(at)
    if ordinal is None or ordinal.ending != "ого" or not 0 < ordinal.value <= FACE_HOURS:
        return None
    if not _time_ends(utterance, ordinal.last + 1):
        return None
    return [Token(f"{ordinal.value - 1 or FACE_HOURS}:{minutes:02d}", first, ordinal.last)]


def _time_ends(utterance: Utterance, at: int) -> bool:
    """Whether the word after an hour is not a noun that the ordinal belongs to."""
    word = utterance.word(at)
    return word in NO_NOUN or word in DAY_PARTS or word in NUMBERS or not word.endswith(NOUN_ENDINGS)
