# ruff: noqa: SIM905  # word lists read better as text
"""Sentences of our own making: numbers, telephones, dates, times, money, names, phrases of phone calls.

Pure functions of a random generator; phrases.txt holds the phrases, its slots are filled here.
"""

import re
from functools import lru_cache
from pathlib import Path
from random import Random

from training.numbers_spoken import cardinal, counted, ordinal

MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
ROUBLES, KOPECKS = ("рубль", "рубля", "рублей"), ("копейка", "копейки", "копеек")
HOURS, MINUTES = ("час", "часа", "часов"), ("минута", "минуты", "минут")
UNITS = [
    ("процент", "процента", "процентов"),
    ("километр", "километра", "километров"),
    ("человек", "человека", "человек"),
    ("день", "дня", "дней"),
    ("год", "года", "лет"),
    ("метр", "метра", "метров"),
    ("доллар", "доллара", "долларов"),
]
SLOT = re.compile(r"\{(\w+)\}")


def sentence(random: Random) -> str:
    """One line: mostly phrases, the rest bare numbers of all kinds."""
    if random.random() < 0.55:
        return phrase(random)
    kind = random.choice(list(SLOTS))
    return SLOTS[kind](random)


def phrase(random: Random) -> str:
    """A phrase with its slots filled."""
    return SLOT.sub(lambda match: SLOTS[match[1]](random), random.choice(phrases()))


@lru_cache
def phrases() -> list[str]:
    """Lines of phrases.txt."""
    lines = Path(__file__).with_name("phrases.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "="))]


@lru_cache
def words(kind: str) -> list[str]:
    """A `=kind` list of phrases.txt."""
    lines = Path(__file__).with_name("phrases.txt").read_text().splitlines()
    return [word for line in lines if line.startswith(f"={kind} ") for word in line.split()[1:]]


def number(random: Random) -> str:
    """Small numbers are as likely as large ones."""
    return cardinal(int(10 ** random.uniform(0, random.choice([1, 2, 3, 4, 6, 9]))))


def digit(random: Random) -> str:
    return cardinal(random.randrange(10))


def digits(random: Random) -> str:
    """A code, digit by digit."""
    return " ".join(digit(random) for _ in range(random.randint(2, 8)))


def group(random: Random, size: int) -> str:
    """Part of a telephone number as it is said: `ноль шесть`, `двести двенадцать`."""
    value = random.randrange(10**size)
    zeros = size - len(str(value)) if value else size - 1
    return " ".join(["ноль"] * zeros + [cardinal(value)])


def phone(random: Random) -> str:
    """Groups of 2-3 digits, sometimes with 8 or plus 7 before."""
    groups = random.choice([(3, 2, 2), (3, 3, 2, 2), (3, 3, 2, 2), (2, 2, 2), (1, 2, 2), (3, 4)])
    start = random.choice(["", "восемь ", "плюс семь "]) if sum(groups) == 10 else ""
    if random.random() < 0.15:
        return start + " ".join(digit(random) for _ in range(sum(groups)))
    return start + " ".join(group(random, size) for size in groups)


def date(random: Random) -> str:
    """A day and month, often with a year."""
    day = ordinal(random.randint(1, 31), random.choice(["ого", "ого", "ое"]))
    year = f" {ordinal(random.randint(1940, 2035), 'ого')} года" if random.random() < 0.5 else ""
    return f"{day} {random.choice(MONTHS)}{year}"


def clock(random: Random) -> str:
    """A time of day, with or without the units."""
    hour, minute = random.randrange(24), random.choice([0, 10, 15, 20, 30, 40, 45, random.randrange(60)])
    if random.random() < 0.5:
        return f"{counted(hour, HOURS)} {counted(minute, MINUTES, feminine=True)}"
    return f"{cardinal(hour)} {cardinal(minute) if minute else 'ноль ноль'}"


def money(random: Random) -> str:
    """Roubles, a third of the time with kopecks."""
    roubles = counted(int(10 ** random.uniform(0, 6.5)), ROUBLES)
    return (
        roubles
        if random.random() < 0.67
        else f"{roubles} {counted(random.randrange(100), KOPECKS, feminine=True)}"
    )


def amount(random: Random) -> str:
    return counted(int(10 ** random.uniform(0, 3.5)), random.choice(UNITS))


def year(random: Random) -> str:
    ending, noun = random.choice([("ый", "год"), ("ого", "года"), ("ом", "году")])
    return f"{ordinal(random.randint(1900, 2035), ending)} {noun}"


def name(random: Random) -> str:
    """A person's name: first, first and patronymic, first and surname."""
    man = random.random() < 0.5
    first = random.choice(words("man" if man else "woman"))
    father = random.choice(words("father")) + ("ович" if man else "овна")
    surname = random.choice(words("surname")) + ("" if man else "а")
    return random.choice([first, f"{first} {father}", f"{first} {surname}", f"{surname} {first} {father}"])


def city(random: Random) -> str:
    return random.choice(words("city"))


SLOTS = {
    "number": number,
    "digit": digit,
    "digits": digits,
    "phone": phone,
    "date": date,
    "clock": clock,
    "money": money,
    "amount": amount,
    "year": year,
    "name": name,
    "city": city,
}
