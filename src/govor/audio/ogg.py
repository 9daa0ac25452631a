"""Ogg pages and packets, without I/O.

Rule 1: everything that knows the page layout (RFC 3533, section 6) lives here.
Rule 2: nothing here knows about Opus; packets go to ogg_opus.py as bytes.
Rule 3: a damaged page is left out and counted, never raised: the next good page says what time it is.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

CAPTURE = b"OggS"
# capture, version, flags, granule, serial, sequence, checksum, segments
_HEADER = struct.Struct("<4sBBqIIIB")
assert _HEADER.size == 27  # RFC 3533, section 6

CONTINUED, FIRST, LAST = 1, 2, 4  # the flag bits
NO_GRANULE = -1  # no packet ends on this page

# A page is a 27-byte header, up to 255 lacing bytes and up to 255 bytes for each.
PAGE_BYTES_MAX = 27 + 255 + 255 * 255
assert PAGE_BYTES_MAX == 65_307  # the number everyone quotes for RFC 3533

# A packet longer than this is not sound: 120 ms of 8 Opus channels is at most 6 * 8 * 1,275 bytes.
# Comment packets with a cover picture do get longer; they are dropped, and nobody misses them.
PACKET_BYTES_MAX = 1 << 20

_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(data: bytes) -> int:
    """Ogg's CRC-32 (polynomial 0x04c11db7, not reflected, no inversion) by way of zlib's reflected one."""
    reflected = zlib.crc32(data.translate(_BITS_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_BITS_REVERSED), "big")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of one logical stream."""

    flags: int
    granule: int  # position after the last packet that ends here; NO_GRANULE if none does
    serial: int
    sequence: int
    lacing: bytes
    body: bytes
    whole: bool = True  # False: cut by the end of the file, its checksum could not be verified

    @property
    def first(self) -> bool:
        """Does a logical stream begin here?"""
        return bool(self.flags & FIRST)

    @property
    def last(self) -> bool:
        """Does its logical stream end here?"""
        return bool(self.flags & LAST)


def page_size(buffer: bytes | bytearray, at: int = 0) -> int | None:
    """Bytes of the page that starts at `at`; None if its lacing is not all there."""
    if len(buffer) < at + _HEADER.size or len(buffer) < (lacing := at + _HEADER.size) + buffer[at + 26]:
        return None
    return _HEADER.size + buffer[at + 26] + sum(buffer[lacing : lacing + buffer[at + 26]])


def read_page(data: bytes) -> Page | None:
    """Read exactly one page; None if its version or checksum is wrong."""
    capture, version, flags, granule, serial, sequence, expected, segments = _HEADER.unpack_from(data)
    if capture != CAPTURE or version != 0 or checksum(data[:22] + bytes(4) + data[26:]) != expected:
        return None
    lacing_end = _HEADER.size + segments
    lacing, body = data[_HEADER.size : lacing_end], data[lacing_end:]
    return Page(flags=flags, granule=granule, serial=serial, sequence=sequence, lacing=lacing, body=body)


class PageReader:
    """Finds the pages in bytes that arrive in pieces; holds at most one page and one piece."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.damaged = 0  # pages whose checksum was wrong

    def feed(self, data: bytes) -> Iterator[Page]:
        """Yield every good page that ends within what was fed so far."""
        self._buffer += data
        while self._seek() and (size := page_size(self._buffer)) is not None and len(self._buffer) >= size:
            if (page := read_page(bytes(self._buffer[:size]))) is not None:
                del self._buffer[:size]
                yield page
            else:
                self.damaged += 1
                del self._buffer[: len(CAPTURE)]  # the length may be a lie: look for a page inside, too

    def finish(self) -> Iterator[Page]:
        """At the end of the file: pages behind a false start, then the packets of a page cut short."""
        while self._seek():
            if (page := self._cut_page()) is not None:
                yield page
            del self._buffer[: len(CAPTURE)]
            yield from self.feed(b"")

    def _seek(self) -> bool:
        """Drop what lies before the next capture pattern; False if there is none."""
        at = self._buffer.find(CAPTURE)
        del self._buffer[: at if at >= 0 else max(0, len(self._buffer) - len(CAPTURE) + 1)]
        return at >= 0

    def _cut_page(self) -> Page | None:
        """The segments that are all there of the page the file ends in; its time is not known."""
        data = bytes(self._buffer)
        if page_size(data) is None or data[4] != 0:
            return None
        _, _, flags, _, serial, sequence, _, segments = _HEADER.unpack_from(data)
        lacing, body = data[_HEADER.size : _HEADER.size + segments], data[_HEADER.size + segments :]
        while lacing and sum(lacing) > len(body):
            lacing = lacing[:-1]
        return Page(
            flags=flags & ~LAST,
            granule=NO_GRANULE,
            serial=serial,
            sequence=sequence,
            lacing=lacing,
            body=body[: sum(lacing)],
            whole=False,
        )


class Packets:
    """Joins the packets of one logical stream from its pages."""

    def __init__(self) -> None:
        self._partial: list[bytes] | None = None  # None: nothing begun, or its beginning is lost
        self._next: int | None = None
        self.lost = False  # were pages missing right before the last one pushed?

    def push(self, page: Page) -> list[bytes]:
        """The packets that end on this page; those whose beginning was lost are left out."""
        self.lost = self._next is not None and page.sequence != self._next
        self._next = (page.sequence + 1) & 0xFFFFFFFF
        if not page.flags & CONTINUED:
            self._partial = []
        elif self.lost or not self._partial:
            self._partial = None  # the tail of a packet whose head we never saw
        done: list[bytes] = []
        at = 0
        for size in page.lacing:
            if self._partial is not None:
                self._partial.append(page.body[at : at + size])
            at += size
            if size < 255:
                self._end(done)
        self._bound()
        return done

    def _end(self, done: list[bytes]) -> None:
        """A packet ends here: hand it over if all of it was seen, and begin the next."""
        if self._partial is not None:
            done.append(b"".join(self._partial))
        self._partial = []

    def _bound(self) -> None:
        """Give up a packet that grows beyond any sound."""
        if self._partial is not None and sum(map(len, self._partial)) > PACKET_BYTES_MAX:
            self._partial = None
