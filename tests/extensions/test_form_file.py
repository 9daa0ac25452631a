"""The file of a form, however its bytes arrive."""

from collections.abc import AsyncIterator

import pytest

from govor.api.extensions.form_file import FormFile
from govor.errors import BadRequest

KIND = "multipart/form-data; boundary=line"
CONTENT = b"\r\n--lin\r\n--line-not\x00\xff" * 3
FORM = (
    b'--line\r\nContent-Disposition: form-data; name="comment"\r\n\r\nfirst\r\n'
    b'--line\r\nContent-Disposition: form-data; name="file"; filename="\xd0\xb0 b.ogg"\r\n'
    b"Content-Type: audio/ogg\r\n\r\n" + CONTENT + b"\r\n"
    b'--line\r\nContent-Disposition: form-data; name="file"; filename="second"\r\n\r\nother\r\n--line--\r\n'
)


async def arriving(content: bytes, step: int) -> AsyncIterator[bytes]:
    """So many bytes at a time."""
    for start in range(0, len(content), step):
        yield content[start : start + step]


async def read(content: bytes, step: int, kind: str = KIND) -> tuple[str, bytes]:
    """Name and bytes of the file."""
    form = FormFile(kind, arriving(content, step))
    name = await form.open()
    return name, b"".join([piece async for piece in form.pieces()])


@pytest.mark.parametrize("step", [1, 2, 7, 64, 1 << 16])
async def test_the_file_does_not_depend_on_how_the_bytes_arrive(step: int) -> None:
    assert await read(FORM, step) == ("а b.ogg", CONTENT)


@pytest.mark.parametrize("length", range(0, FORM.index(b"second") - 60, 13))
async def test_a_form_that_breaks_off_is_refused(length: int) -> None:
    with pytest.raises(BadRequest):
        await read(FORM[:length], 50)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"])
async def test_a_content_type_without_a_boundary_is_refused(kind: str) -> None:
    with pytest.raises(BadRequest):
        await read(FORM, 50, kind)


async def test_an_empty_file_is_a_file() -> None:
    empty = FORM.replace(CONTENT, b"")
    assert await read(empty, 50) == ("а b.ogg", b"")
