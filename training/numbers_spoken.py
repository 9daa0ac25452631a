# ruff: noqa: SIM905  # word lists read better as text
"""Russian numbers in words: the opposite of govor.text, for training texts only. No I/O."""

UNITS = "ноль один два три четыре пять шесть семь восемь девять".split()
TEENS = (
    "десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
SCALES = {
    10**9: ("миллиард", "миллиарда", "миллиардов"),
    10**6: ("миллион", "миллиона", "миллионов"),
    10**3: ("тысяча", "тысячи", "тысяч"),
}
ORDINALS = (
    "нулевой первый второй третий четвертый пятый шестой седьмой восьмой девятый десятый одиннадцатый "
    "двенадцатый тринадцатый четырнадцатый пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый"
).split()
ORDINAL_TENS = (
    "двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый"
).split()
FEMININE = {"один": "одна", "два": "две"}
Forms = tuple[str, str, str]  # after 1, after 2-4, after 5


def cardinal(number: int, *, feminine: bool = False) -> str:
    """0 … 10^12 - 1, nominative."""
    words: list[str] = []
    for scale, forms in SCALES.items():
        count, number = divmod(number, scale)
        if count:
            words += [*hundreds(count, feminine=scale == 1000), plural(count, forms)]
    if number or not words:
        words += hundreds(number, feminine=feminine) or [UNITS[0]]
    return " ".join(words)


def hundreds(number: int, *, feminine: bool) -> list[str]:
    """0 … 999; no words for 0."""
    words = [HUNDREDS[number // 100 - 1]] if number >= 100 else []
    number %= 100
    if 10 <= number < 20:
        return [*words, TEENS[number - 10]]
    words += [TENS[number // 10 - 2]] if number >= 20 else []
    if number % 10:
        unit = UNITS[number % 10]
        words.append(FEMININE.get(unit, unit) if feminine else unit)
    return words


def plural(count: int, forms: Forms) -> str:
    """The form of a noun after a number."""
    if count % 100 in range(11, 15) or count % 10 in (0, 5, 6, 7, 8, 9):
        return forms[2]
    return forms[0] if count % 10 == 1 else forms[1]


def counted(count: int, forms: Forms, *, feminine: bool = False) -> str:
    """`21 рубль` in words."""
    return f"{cardinal(count, feminine=feminine)} {plural(count, forms)}"


def ordinal(number: int, ending: str = "ый") -> str:
    """1 … 2099; `ending` is ый (nominative), ого (genitive), ое, ом or ая."""
    if number >= 100 and number % 100 == 0 and number != 2000:
        return " ".join([*cardinal(number).split()])
    if number == 2000:
        return inflected("двухтысячный", ending)
    head = [*hundreds_head(number)]
    rest = number % 100
    if rest < 20:
        return " ".join([*head, inflected(ORDINALS[rest], ending)])
    if rest % 10 == 0:
        return " ".join([*head, inflected(ORDINAL_TENS[rest // 10 - 2], ending)])
    return " ".join([*head, TENS[rest // 10 - 2], inflected(ORDINALS[rest % 10], ending)])


def hundreds_head(number: int) -> list[str]:
    """The cardinal words before the last two digits."""
    return cardinal(number // 100 * 100).removeprefix("одна ").split() if number >= 100 else []


def inflected(word: str, ending: str) -> str:
    """An ordinal in another form."""
    if word == "третий":
        return {"ый": "третий", "ого": "третьего", "ом": "третьем", "ая": "третья", "ое": "третье"}[ending]
    return word[:-2] + ending if ending != "ый" else word
