"""Operation ids: SpeechKit's shape, and one for each idempotency key."""

from hypothesis import given
from hypothesis import strategies as st

from govor import identifiers

keys = st.tuples(st.text(max_size=20), st.text(max_size=40))


def test_ids_look_like_speechkits() -> None:
    made = [identifiers.new() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(len(text) == 20 and identifiers.is_one(text) for text in made)


@given(keys)
def test_a_key_always_gives_the_same_id(key: tuple[str, str]) -> None:
    assert identifiers.of_key(*key) == identifiers.of_key(*key)
    assert identifiers.is_one(identifiers.of_key(*key))


@given(keys, keys)
def test_different_keys_give_different_ids(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (identifiers.of_key(*one) == identifiers.of_key(*other)) == (one == other)


def test_a_folder_and_a_key_are_not_one_text() -> None:
    assert identifiers.of_key("b1ga", "bc") != identifiers.of_key("b1gab", "c")
    assert identifiers.of_key("1:a", "b") != identifiers.of_key("1", "a:b")


def test_an_id_does_not_change_with_the_version() -> None:
    assert identifiers.of_key("b1gfolder", "key") == "e03efijkm46b13uh87r7"
    assert identifiers.from_number(0) == "e03" + "0" * 17
    assert identifiers.from_number(2**85 - 1) == "e03" + "v" * 17


@given(keys)
def test_an_id_tells_the_version_of_its_api(key: tuple[str, str]) -> None:
    assert identifiers.api_of(identifiers.of_key(*key)) == 2
    assert identifiers.api_of(identifiers.of_key(*key, api=3)) == 3
    assert identifiers.new(3).startswith("f8d")
    assert identifiers.is_one(identifiers.new(3))


def test_other_texts_are_no_ids() -> None:
    for text in (
        "",
        "e03",
        "f9d" + "0" * 17,
        "e03" + "0" * 16,
        "e03" + "0" * 18,
        "e03" + "w" * 17,
        "e03" + "0" * 16 + "\n",
    ):
        assert not identifiers.is_one(text)
