"""The file of a form (multipart/form-data), piece by piece as its bytes arrive: nothing is kept.

Rule 1: the first part with a file name is the file; other parts are read over.
Rule 2: a form that ends before its file does is refused, so that half a recording is never stored.
"""

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from govor.errors import BadRequest

DISPOSITION = b"content-disposition"


class FormFile:
    """Reads a form; `open` first, then `pieces`."""

    def __init__(self, content_type: str, stream: AsyncIterator[bytes]) -> None:
        """Raises BadRequest when the content type has no boundary."""
        self.name = ""
        self._stream = stream
        self._ready: deque[bytes] = deque()
        self._field, self._value, self._headers = b"", b"", dict[bytes, bytes]()
        self._inside = self._begun = self._ended = False
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise BadRequest("the form cannot be read", "its content type names no boundary")
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
            },
        )

    async def open(self) -> str:
        """Read on to the file; returns its name. BadRequest when the form has none."""
        while not self._begun:
            if not await self._more():
                raise BadRequest("file is required: the recording, as a file of the form")
        return self.name

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes; BadRequest when the form breaks off within it."""
        while True:
            while self._ready:
                yield self._ready.popleft()
            if self._ended:
                break
            if not await self._more():
                raise BadRequest("the form breaks off within its file")
        async for _ in self._stream:  # what follows is read over, so that the answer is heard
            pass

    async def _more(self) -> bool:
        """Take in what arrives next; False at the end."""
        async for piece in self._stream:
            try:
                self._parser.write(piece)
            except MultipartParseError as error:
                raise BadRequest("the form cannot be read", str(error)) from error
            return True
        return False

    def _part_begins(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(DISPOSITION, b""))
        if not self._begun and b"filename" in options:
            self.name = options[b"filename"].decode("utf-8", "replace")
            self._begun = self._inside = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._ready.append(data[start:end])

    def _part_ends(self) -> None:
        if self._inside:
            self._inside, self._ended = False, True
