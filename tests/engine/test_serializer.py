"""What the engine stores comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor import errors
from govor.engine.serializer import COMPRESS_CHARS_MIN, COMPRESSED, JsonSerializer
from govor.errors import BadAudio, GovorError, ServiceError

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_plain_values_come_back(value: object) -> None:
    serializer = JsonSerializer()
    assert serializer.deserialize(serializer.serialize(value)) == value


@given(st.text(min_size=COMPRESS_CHARS_MIN, max_size=2 * COMPRESS_CHARS_MIN))
def test_long_values_are_compressed(text: str) -> None:
    stored = JsonSerializer().serialize(text)
    assert stored.startswith(COMPRESSED)
    assert stored.isascii()
    assert JsonSerializer().deserialize(stored) == text


def leaves(kind: type[GovorError]) -> set[type[GovorError]]:
    below = {leaf for child in kind.__subclasses__() for leaf in leaves(child)}
    return below or {kind}


@pytest.mark.parametrize("kind", sorted(leaves(GovorError), key=str))
def test_our_errors_come_back_as_themselves(kind: type[GovorError]) -> None:
    error = JsonSerializer().deserialize(JsonSerializer().serialize(kind("сообщение", "detail" * 200)))
    assert type(error) is kind
    assert (error.message, error.detail) == ("сообщение", "detail" * 200)


def test_another_librarys_error_becomes_a_fault_of_the_service() -> None:
    error = JsonSerializer().deserialize(JsonSerializer().serialize(ZeroDivisionError("division by zero")))
    assert type(error) is ServiceError
    assert (error.message, error.detail) == ("division by zero", "ZeroDivisionError")


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}, BadAudio])
def test_what_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        JsonSerializer().serialize(value)


def test_no_name_of_ours_can_be_mistaken_for_an_error() -> None:
    for name in ("ClassVar", "__name__", "missing"):
        error = JsonSerializer().deserialize(f'{{"!error":["{name}","m","d"]}}')
        assert type(error) is ServiceError
    assert errors.GovorError in type(error).__mro__
