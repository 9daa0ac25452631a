"""Random telephones, dates, sums, times and percentages: spoken by a generator, written as they were."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from govor.text.normalisation import normalised
from govor.text.tokens import joined

MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
DAY_ONE = date(1900, 1, 1)
days = st.integers(0, 60_000).map(lambda days: DAY_ONE + timedelta(days=days))
digit_pairs = st.integers(0, 99).map(lambda value: f"{value:02d}")
# A round hundred would swallow what follows: «сто десять» is 110 for anybody who hears it.
triples = st.integers(100, 999).filter(lambda value: value % 100).map(str)


def spelled(value: int, gender: str = "m", case: str = "n", kind: str = "cardinal") -> str:
    return str(num2words(value, lang="ru", gender=gender, case=case, to=kind))


def group(digits: str) -> str:
    """A group as it is dictated: 06 is «ноль шесть»."""
    zeros = len(digits) - len(digits.lstrip("0"))
    rest = digits.lstrip("0")
    return " ".join(["ноль"] * zeros + ([spelled(int(rest))] if rest else []))


def written(spoken: str) -> str:
    return joined(normalised(spoken.split(), "ru-RU"))


def noun(value: int, one: str, few: str, many: str) -> str:
    """The form that a number takes: 1 рубль, 2 рубля, 5 рублей."""
    if value % 100 in range(11, 15):
        return many
    return {1: one, 2: few, 3: few, 4: few}.get(value % 10, many)


@given(triples, digit_pairs, digit_pairs)
def test_seven_digits_return_as_a_telephone_number(first: str, second: str, third: str) -> None:
    spoken = f"телефон {group(first)} {group(second)} {group(third)}"
    assert written(spoken) == f"телефон {first}-{second}-{third}"


COUNTRIES = st.sampled_from(["восемь", "плюс семь"])


@given(COUNTRIES, st.integers(901, 999), triples, st.tuples(digit_pairs, digit_pairs))
def test_eleven_digits_return_as_a_telephone_number(
    country: str, area: int, triple: str, rest: tuple[str, str]
) -> None:
    spoken = f"позвоните {country} {group(str(area))} {group(triple)} {' '.join(map(group, rest))} завтра"
    sign = "8" if country == "восемь" else "+7"
    assert written(spoken) == f"позвоните {sign}({area}){triple}-{rest[0]}-{rest[1]} завтра"


@given(days, st.sampled_from("ng"))
def test_date_returns_whole(day: date, case: str) -> None:
    number = spelled(day.day, gender="n", case=case, kind="ordinal")
    year = spelled(day.year, case="g", kind="ordinal")
    spoken = f"{number} {MONTHS[day.month - 1]} {year} года"
    assert written(spoken) == f"{day.day} {MONTHS[day.month - 1]} {day.year} года"


@given(st.integers(1, 999_999), st.integers(0, 99))
def test_sum_of_money_returns_whole(roubles: int, kopecks: int) -> None:
    unit = noun(roubles, "рубль", "рубля", "рублей")
    small = noun(kopecks, "копейка", "копейки", "копеек")
    spoken = f"{spelled(roubles)} {unit} {spelled(kopecks, gender='f')} {small}"
    assert written(spoken) == f"{roubles} {unit} {kopecks} {small}"


@given(st.integers(1, 23), st.integers(0, 59))
def test_time_of_day_returns_whole(hour: int, minute: int) -> None:
    assert written(f"встреча в {spelled(hour)} {group(f'{minute:02d}')}") == f"встреча в {hour}:{minute:02d}"


@given(st.integers(0, 999), st.integers(1, 3), st.data())
def test_decimal_returns_whole(whole: int, places: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(1, 10**places - 1))
    units = "целая" if whole % 10 == 1 and whole % 100 != 11 else "целых"
    one = part % 10 == 1 and part % 100 != 11
    name = {1: "десят", 2: "сот", 3: "тысячн"}[places] + ("ая" if one else "ых")
    spoken = f"{spelled(whole, gender='f')} {units} {spelled(part, gender='f')} {name} процента"
    assert written(spoken) == f"{whole},{part:0{places}d}%"
