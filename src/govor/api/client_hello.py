"""The first bytes of a connection: which of our doors they are meant for. Pure.

Source: RFC 8446 (records, ClientHello), RFC 7301 (ALPN), RFC 9113 section 3.4 (HTTP/2's preface).
"""

import enum

HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HANDSHAKE = 0x16  # type of the TLS record that a client begins with
CLIENT_HELLO = 0x01  # type of the message in it
ALPN = 16  # type of the extension that lists what may be spoken inside
RECORD_HEADER, MESSAGE_HEADER = 5, 4
RANDOM_END = 34  # of a ClientHello's body: 2 bytes of version, 32 of random
HELLO_BYTES_MAX = 64 << 10  # browsers send 2 KB, with keys that quantum computers do not break


class Door(enum.Enum):
    """Who should answer."""

    HTTP = "http"
    GRPC = "grpc"
    UNDECIDED = "undecided"  # more bytes are needed


def door(begin: bytes) -> Door:
    """HTTP/2 without TLS, or TLS for HTTP/2 alone, is gRPC; everything else is HTTP/1.1.

    Whoever can speak HTTP/1.1 as well is no gRPC client: those offer h2 only. What is malformed goes to the
    HTTP door, which answers it as it would on its own port.
    """
    if begin[:1] == bytes([HANDSHAKE]):
        return _door_of_hello(begin)
    if begin.startswith(HTTP2_PREFACE):
        return Door.GRPC
    return Door.UNDECIDED if HTTP2_PREFACE.startswith(begin) else Door.HTTP


def _door_of_hello(begin: bytes) -> Door:
    message = _message(begin)
    if message is None:
        return Door.UNDECIDED if len(begin) < HELLO_BYTES_MAX else Door.HTTP
    try:
        offered = _protocols(message)
    except IndexError:
        offered = []
    return Door.GRPC if b"h2" in offered and b"http/1.1" not in offered else Door.HTTP


def _message(begin: bytes) -> bytes | None:
    """The body of the first handshake message, put together from its records; None while it is not whole."""
    content, place = b"", 0
    while len(begin) - place >= RECORD_HEADER and begin[place] == HANDSHAKE:
        size = int.from_bytes(begin[place + 3 : place + RECORD_HEADER])
        content += begin[place + RECORD_HEADER : place + RECORD_HEADER + size]
        place += RECORD_HEADER + size
    if len(content) < MESSAGE_HEADER:
        return None
    if content[0] != CLIENT_HELLO:
        return b""
    end = MESSAGE_HEADER + int.from_bytes(content[1:MESSAGE_HEADER])
    return content[MESSAGE_HEADER:end] if len(content) >= end else None


def _protocols(hello: bytes) -> list[bytes]:
    """What the ALPN extension offers; nothing where there is none. IndexError when cut short."""
    place = RANDOM_END
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        place += width + _number(hello, place, width)
    end = min(len(hello), place + 2 + _number(hello, place, 2))
    place += 2
    while place < end:
        kind, size = _number(hello, place, 2), _number(hello, place + 2, 2)
        if kind == ALPN:
            return _names(hello[place + 4 : place + 4 + size])
        place += 4 + size
    return []


def _names(listed: bytes) -> list[bytes]:
    """The names of an ALPN list."""
    names, place = [], 2
    while place < len(listed):
        names.append(listed[place + 1 : place + 1 + listed[place]])
        place += 1 + listed[place]
    return names


def _number(content: bytes, place: int, width: int) -> int:
    if place + width > len(content):
        raise IndexError("the message is cut short")
    return int.from_bytes(content[place : place + width])
