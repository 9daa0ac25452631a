"""Every inflected form of the Russian number words.

Keys are folded: lower case, ё as е. Cardinals decline by case (a set of bits), ordinals like adjectives;
scales are the nouns тысяча, миллион … Source: the declension tables of a school grammar.
"""

from dataclasses import dataclass

NOM, GEN, DAT, ACC, INS, LOC = 1, 2, 4, 8, 16, 32  # cases, as bits: most forms serve several
DIRECT = NOM | ACC
OBLIQUE = GEN | DAT | INS | LOC


@dataclass(frozen=True, slots=True)
class CardinalForm:
    """One word of a cardinal below a thousand: пять, двадцати, двумястами."""

    value: int
    cases: int


@dataclass(frozen=True, slots=True)
class ScaleForm:
    """тысяча, миллионов …: the singular stands alone or after a number that ends in one, else the plural."""

    value: int
    cases: int  # of the singular; of the plural where there is no singular
    singular: bool
    plural: bool


@dataclass(frozen=True, slots=True)
class OrdinalForm:
    """пятого, третью …: `ending` is that of the hard declension, `suffix` is written after the digits."""

    value: int
    ending: str
    suffix: str


Form = CardinalForm | ScaleForm | OrdinalForm

# value: (nominative and accusative, genitive, dative, instrumental, prepositional); "/" parts variants.
CARDINALS: dict[int, tuple[str, str, str, str, str]] = {
    0: ("ноль/нуль", "ноля/нуля", "нолю/нулю", "нолем/нулем", "ноле/нуле"),
    40: ("сорок", "сорока", "сорока", "сорока", "сорока"),
    90: ("девяносто", "девяноста", "девяноста", "девяноста", "девяноста"),
    100: ("сто", "ста", "ста", "ста", "ста"),
    200: ("двести", "двухсот", "двумстам", "двумястами", "двухстах"),
    300: ("триста", "трехсот", "тремстам", "тремястами", "трехстах"),
    400: ("четыреста", "четырехсот", "четыремстам", "четырьмястами", "четырехстах"),
}
ENDING_IN_SOFT_SIGN = {  # пять, пяти, пяти, пятью, пяти
    5: "пят",
    6: "шест",
    7: "сем",
    8: "восем",
    9: "девят",
    10: "десят",
    11: "одиннадцат",
    12: "двенадцат",
    13: "тринадцат",
    14: "четырнадцат",
    15: "пятнадцат",
    16: "шестнадцат",
    17: "семнадцат",
    18: "восемнадцат",
    19: "девятнадцат",
    20: "двадцат",
    30: "тридцат",
}
CASES = (DIRECT, GEN, DAT, INS, LOC)
# One to four have genders and take the accusative of what they count.
IRREGULAR = {
    "один": (1, DIRECT),
    "одного": (1, GEN | ACC),
    "одному": (1, DAT),
    "одним": (1, INS),
    "одном": (1, LOC),
    "одна": (1, NOM),
    "одну": (1, ACC),
    "одной": (1, OBLIQUE),
    "одною": (1, INS),
    "одно": (1, DIRECT),
    "одни": (1, DIRECT),
    "одних": (1, GEN | ACC | LOC),
    "два": (2, DIRECT),
    "две": (2, DIRECT),
    "двух": (2, GEN | ACC | LOC),
    "двум": (2, DAT),
    "двумя": (2, INS),
    "три": (3, DIRECT),
    "трех": (3, GEN | ACC | LOC),
    "трем": (3, DAT),
    "тремя": (3, INS),
    "четыре": (4, DIRECT),
    "четырех": (4, GEN | ACC | LOC),
    "четырем": (4, DAT),
    "четырьмя": (4, INS),
    "восьми": (8, GEN | DAT | LOC),
    "восьмью": (8, INS),
    "восьмьюдесятью": (80, INS),
    "восьмьюстами": (800, INS),
    "шестьсят": (60, DIRECT),  # what is heard in quick speech
    "восемьсят": (80, DIRECT),
}
Endings = tuple[tuple[str, int], ...]
# Endings and their cases.
FEMININE_SCALE: Endings = (("а", NOM), ("у", ACC), ("и", GEN), ("е", DAT | LOC), ("ей", INS), ("ью", INS))
FEMININE_SCALE_PLURAL: Endings = (("и", DIRECT), ("", GEN), ("ам", DAT), ("ами", INS), ("ах", LOC))
MASCULINE_SCALE: Endings = (("", DIRECT), ("а", GEN), ("у", DAT), ("ом", INS), ("е", LOC))
MASCULINE_SCALE_PLURAL: Endings = (("ы", DIRECT), ("ов", GEN), ("ам", DAT), ("ами", INS), ("ах", LOC))
SCALES = {
    "миллион": 10**6,
    "миллиард": 10**9,
    "триллион": 10**12,
    "квадриллион": 10**15,
}
# stem: value. Those of eleven to thirty and of fifty and up are built below.
ORDINAL_STEMS = {
    "перв": 1,
    "втор": 2,
    "четверт": 4,
    "пят": 5,
    "шест": 6,
    "седьм": 7,
    "восьм": 8,
    "девят": 9,
    "сороков": 40,
    "девяност": 90,
    "сот": 100,
    "тысячн": 1000,
    "десятитысячн": 10**4,
    "стотысячн": 10**5,
    "миллионн": 10**6,
    "миллиардн": 10**9,
}
GENITIVE_STEMS = {  # двухсотый, пятидесятый, трехтысячный
    2: "двух",
    3: "трех",
    4: "четырех",
    5: "пяти",
    6: "шести",
    7: "семи",
    8: "восьми",
    9: "девяти",
}
# ending: suffix. One letter after a vowel, two after a consonant: 5-й, but 5-го.
ORDINAL_SUFFIXES = {
    "ый": "й",
    "ой": "й",
    "ого": "го",
    "ому": "му",
    "ым": "м",
    "ом": "м",
    "ая": "я",
    "ую": "ю",
    "ою": "ю",
    "ое": "е",
    "ые": "е",
    "ых": "х",
    "ыми": "ми",
}
THIRD = {  # третий: its own endings, and the hard ones they stand for
    "третий": ("ый", "й"),
    "третьего": ("ого", "го"),
    "третьему": ("ому", "му"),
    "третьим": ("ым", "м"),
    "третьем": ("ом", "м"),
    "третья": ("ая", "я"),
    "третьей": ("ой", "й"),
    "третью": ("ую", "ю"),
    "третье": ("ое", "е"),
    "третьи": ("ые", "и"),
    "третьих": ("ых", "х"),
    "третьими": ("ыми", "ми"),
}


def _cardinals() -> dict[str, CardinalForm]:
    table = {value: tuple(forms) for value, forms in CARDINALS.items()}
    for value, stem in ENDING_IN_SOFT_SIGN.items():
        table[value] = (f"{stem}ь", f"{stem}и", f"{stem}и", f"{stem}ью", f"{stem}и")
    for value in (5, 6, 7, 8):
        direct, oblique = table[value][0], "восьми" if value == 8 else table[value][1]
        colloquial = f"{direct}юдесятью/{oblique}десятью"
        gen = f"{oblique}десяти"
        table[value * 10] = (f"{direct}десят", gen, gen, colloquial, gen)
    for value in (5, 6, 7, 8, 9):
        direct, oblique = table[value][0], "восьми" if value == 8 else table[value][1]
        instrumental = f"{direct}юстами"
        table[value * 100] = (
            f"{direct}сот",
            f"{oblique}сот",
            f"{oblique}стам",
            instrumental,
            f"{oblique}стах",
        )
    found: dict[str, int] = {}
    values: dict[str, int] = {}
    for value, forms in table.items():
        for spelled, cases in zip(forms, CASES, strict=True):
            for form in spelled.split("/"):
                found[form] = found.get(form, 0) | cases
                values[form] = value
    regular = {form: CardinalForm(values[form], cases) for form, cases in found.items()}
    return regular | {form: CardinalForm(*entry) for form, entry in IRREGULAR.items()}


def _scales() -> dict[str, ScaleForm]:
    found: dict[str, ScaleForm] = {}
    for stem in ("тысяч", "тыщ"):
        found |= _scale(stem, 1000, FEMININE_SCALE, FEMININE_SCALE_PLURAL, both="и")
    for stem, value in SCALES.items():
        found |= _scale(stem, value, MASCULINE_SCALE, MASCULINE_SCALE_PLURAL, both="а")
    return found


def _scale(stem: str, value: int, singular: Endings, plural: Endings, *, both: str) -> dict[str, ScaleForm]:
    """The forms of one noun; `both` ends the genitive singular that two, three and four take: две тысячи."""
    found = {stem + ending: ScaleForm(value, cases, False, True) for ending, cases in plural}
    return found | {
        stem + ending: ScaleForm(value, cases, True, ending == both) for ending, cases in singular
    }


def _ordinals() -> dict[str, OrdinalForm]:
    stems = dict(ORDINAL_STEMS)
    stems |= {ENDING_IN_SOFT_SIGN[value]: value for value in (*range(10, 20), 20, 30)}
    for value, stem in GENITIVE_STEMS.items():
        if value >= 5 and value != 9:
            stems[f"{stem}десят"] = value * 10
        stems[f"{stem}сот"] = value * 100
        stems[f"{stem}тысячн"] = value * 1000
    found = {
        stem + ending: OrdinalForm(value, ending, suffix)
        for stem, value in stems.items()
        for ending, suffix in ORDINAL_SUFFIXES.items()
    }
    return found | {form: OrdinalForm(3, ending, suffix) for form, (ending, suffix) in THIRD.items()}


FORMS: dict[str, Form] = {**_ordinals(), **_scales(), **_cardinals()}


def fold(word: str) -> str:
    """The spelling under which words are looked up: lower case, ё as е."""
    return word.lower().replace("ё", "е")
