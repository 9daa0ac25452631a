# ruff: noqa: SIM905  # words read better as text
"""Obscene words are masked; words that only look like them are not."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import BadSetting
from govor.text import profanity
from govor.text.profanity import Profanity
from training import hunspell

ORDINARY = [
    word
    for line in (Path(__file__).parent / "ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
]
OBSCENE = """
    хуй хуя хуем хуйня хуёво хуевый хуесос хуило хуита охуеть охуительно нахуй похуй нихуя дохуя захуярить
    пизда пиздец пиздато спиздил распиздяй запиздеться пезды пездюк
    ебать ебет ебаный ёбаный ебанутый ебло ебальник заебал заебись выебать наебали поебать доебался проебал
    объебать съебался въебал отъебись разъебать подъебнуть уебок уебище долбоёб мозгоёб
    переебать ебнул взъебка ёб-твою
    бля блядь блять бляди блядский выблядок проблядь
    мудак мудаки мудацкий мудила мудозвон замудохался манда мандавошка залупа
    пидор пидорас пидарас пидрила гондон гандон дрочить надрочил шлюха сука
    суки сучара хер нахер похер херня херово
""".split()
DICTIONARY = Path("/usr/share/hunspell/ru_RU.dic")
# Whatever holds none of these letters cannot be hit.
LETTERS = re.compile("ху|хо|пи?з|[её]б|бл|муд|ман|луп|п[ие]д|нд|дроч|шл|су|хе", re.IGNORECASE)
# The families of a dictionary of ordinary Russian that are masked, by their beginnings.
DICTIONARY_OBSCENE = re.compile("бляд|дроч|сук|хер|шлю[хш]")


@pytest.mark.parametrize("word", OBSCENE)
def test_obscene_word_is_masked(word: str) -> None:
    assert profanity.DEFAULT.masked([word]) == [re.sub("[^-]", "*", word)]


@pytest.mark.parametrize("word", ORDINARY)
def test_word_that_only_looks_like_one_stays(word: str) -> None:
    assert profanity.DEFAULT.masked([word]) == [word]


def test_a_dictionary_of_ordinary_russian_stays_but_for_words_that_are_meant(tmp_path: Path) -> None:
    if not DICTIONARY.exists():
        pytest.skip("Debian's hunspell-ru is not installed")
    entries = DICTIONARY.read_text(encoding="utf-8").splitlines()
    alike = tmp_path / "alike.dic"  # all forms of all entries take a quarter of a minute
    alike.write_text("\n".join(["", *filter(LETTERS.search, entries)]), encoding="utf-8")
    alike.with_suffix(".aff").symlink_to(DICTIONARY.with_suffix(".aff"))
    forms = [form for paradigm in hunspell.paradigms(alike) for form in paradigm]
    assert len(forms) > 50_000
    hit = [form for form in forms if profanity.DEFAULT.profane(form)]
    assert [form for form in hit if not DICTIONARY_OBSCENE.match(form)] == []


@pytest.mark.parametrize(
    ("mask", "word", "expected"),
    [
        ("all", "хуйня", "*****"),
        ("first", "хуйня", "х****"),
        ("first", "Блядь", "Б****"),
        ("all", "ёб-твою", "**-****"),
        ("first", "ёб-твою", "ё*-****"),
        ("first", "привет", "привет"),
    ],
)
def test_mask_hides_all_letters_or_all_but_the_first(mask: profanity.Mask, word: str, expected: str) -> None:
    assert Profanity(mask=mask).masked([word]) == [expected]


def test_owner_lists_further_words_and_allows_ours() -> None:
    listed = profanity.parsed("# house rules\nчёрт\nблин*\n!сука  # a kennel\n\n!\n*")
    ours = Profanity(listed=listed)
    words = ["черт", "чёрт", "чертит", "блин", "блинчик", "сука", "суки"]
    assert ours.masked(words) == ["****", "****", "чертит", "****", "*******", "сука", "****"]


def test_list_that_cannot_be_read_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        profanity.listed(tmp_path / "missing.txt")
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSetting):
        profanity.listed(tmp_path / "list.txt")
    (tmp_path / "book.txt").write_text("а" * (profanity.LIST_CHARACTERS_MAX + 1), encoding="utf-8")
    with pytest.raises(BadSetting):
        profanity.listed(tmp_path / "book.txt")


@given(st.lists(st.text(max_size=60)))
def test_any_words_come_out_in_order_and_as_long_as_they_were(words: list[str]) -> None:
    shown = Profanity().masked(words)
    assert [len(word) for word in shown] == [len(word) for word in words]
    assert all(after == before or set(after) <= set("*-") for before, after in zip(words, shown, strict=True))


@given(st.text(alphabet="хуйпиздаеблять-ъё", max_size=200))
def test_letters_of_obscene_words_in_any_order_are_judged(word: str) -> None:
    assert isinstance(Profanity().profane(word), bool)


def test_endless_word_of_obscene_letters_takes_no_more_than_reading_it() -> None:
    for piece in ("ху", "пизд", "ебъеб", "недопере", "блядь-"):
        assert len(Profanity().masked([piece * 100_000])[0]) == len(piece) * 100_000


def test_word_of_nothing_but_prefixes_is_read_without_going_back_and_forth() -> None:
    # When prefixes could repeat without end, each of these took 15 ms.
    words = [f"{'недо' * 8}{chr(1072 + number % 32)}{chr(1072 + number // 32)}" for number in range(1024)]
    words += [f"{'обо' * 12}{chr(1072 + number % 32)}{chr(1072 + number // 32)}" for number in range(1024)]
    assert Profanity().masked(words * 10) == words * 10
