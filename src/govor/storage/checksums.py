"""The checksums that S3 clients send with a body. Pure."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

import anycrc

HEADER = "x-amz-checksum-"


class Checksum(Protocol):
    """A digest that grows with the bytes."""

    def update(self, piece: bytes, /) -> object:
        """Take the next bytes."""
        ...

    def digest(self) -> bytes:
        """The value so far, big-endian."""
        ...


class Crc32:
    """The CRC of zlib."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        """Four bytes."""
        return self._value.to_bytes(4, "big")


class CatalogueCrc:
    """A CRC by its name in the catalogue of parametrised CRC algorithms."""

    def __init__(self, name: str, size: int) -> None:
        self._model = anycrc.Model(name)
        self._size = size
        self._value = int(self._model.calc(b""))

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._value = self._model.calc(piece, self._value)

    def digest(self) -> bytes:
        """As many bytes as the CRC has."""
        return self._value.to_bytes(self._size, "big")


ALGORITHMS: Mapping[str, Callable[[], Checksum]] = {
    "crc32": Crc32,
    "crc32c": lambda: CatalogueCrc("CRC32-ISCSI", 4),
    "crc64nvme": lambda: CatalogueCrc("CRC64-NVME", 8),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}


def written(checksum: Checksum) -> str:
    """The value as headers carry it."""
    return base64.b64encode(checksum.digest()).decode()
