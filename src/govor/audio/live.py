"""Sound that is still arriving: any bytes, however they are cut, to mono samples at the recogniser's rate.

Rule 1: what comes out depends on the bytes, not on how they arrive.
Rule 2: the source is read once, in order; nothing is held back longer than a packet lasts.
Rule 3: the declared encoding is not replaced by a guess, but for a RIFF header before LINEAR16_PCM.
"""

from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from govor.audio import decode_mp3, decode_opus, ogg, sniff, wav
from govor.audio.decode import resampled
from govor.audio.found import name
from govor.audio.opus_packets import RATE_HZ
from govor.audio.refusal import invalid
from govor.audio.sound import Piece, fit
from govor.audio.tally import Tally
from govor.records import AudioEncoding, AudioSpec

# Enough to tell one kind of file from another; 32 ms of LINEAR16_PCM at 16 kHz.
HEAD_BYTES = 1_024
WAV_HEADER_BYTES_MAX = 64 << 10  # notes before the samples; a stream with more of them is none
PACKET_SAMPLES = RATE_HZ // 50
READ_BYTES = 8 << 10  # 85 ms of LINEAR16_PCM at 48 kHz


class Source(Protocol):
    """Bytes that arrive; `read` waits until there are some, and gives none only at the end."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes."""
        ...


class Rewound:
    """A source whose first bytes have been looked at; a file to those who read it in order."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The first `size` bytes, or all there are; they will be read again."""
        while len(self._ahead) < size and (more := self._source.read(READ_BYTES)):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int = -1, /) -> bytes:
        """What was looked at, then what comes."""
        if not self._ahead:
            return self._source.read(size)
        taken = self._ahead if size < 0 else self._ahead[:size]
        self._ahead = self._ahead[len(taken) :]
        return taken

    def seek(self, offset: int) -> int:
        """Decoders go to the beginning of a file first; here they are there."""
        assert offset == 0
        return 0


def sound(source: Source, declared: AudioSpec, *, sample_rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """Yield mono samples as they arrive; several channels are mixed.

    Raises BadAudio: it is not what was declared, or it cannot be decoded. A source without a byte is silent.
    """
    file, tally, heard = Rewound(source), Tally(), 0
    if not file.peek(1):
        return
    mono = (Piece(piece.rate_hz, fit(piece.samples, 1)) for piece in _pieces(file, declared, tally))
    for samples in resampled(mono, sample_rate_hz):
        heard += samples.shape[1]
        yield samples[0]
    if not heard or (tally.bad and not tally.good):
        raise invalid("not one sample could be decoded")


def _pieces(file: Rewound, declared: AudioSpec, tally: Tally) -> Iterator[Piece]:
    sniff.check(declared)
    head = file.peek(HEAD_BYTES)
    found = name(head)
    encoding = found.declare if declared.encoding is AudioEncoding.ANY else declared.encoding
    match encoding:
        case AudioEncoding.OGG_OPUS if head.startswith(ogg.CAPTURE) and (found.declare or not found.certain):
            return decode_opus.pieces(cast(BinaryIO, file), tally, 1, PACKET_SAMPLES)
        case AudioEncoding.MP3 if found.declare is AudioEncoding.MP3 or not found.certain:
            return decode_mp3.pieces(cast(BinaryIO, file), tally, 0.0)
        case AudioEncoding.WAV | AudioEncoding.LINEAR16_PCM if wav.is_wav(head):
            return _wav(file)
        case AudioEncoding.LINEAR16_PCM if not found.certain:
            return _raw(file, declared.sample_rate_hz, declared.channels, None)
    raise invalid(f"found {found.what}" + (f"; declare it as {found.declare}" if found.declare else ""))


def _wav(file: Rewound) -> Iterator[Piece]:
    """The samples behind a RIFF header, as that header describes them."""
    size = HEAD_BYTES
    while (header := wav.read_header(file.peek(size))).data_offset is None:
        if size >= WAV_HEADER_BYTES_MAX or len(file.peek(size)) < size:
            raise invalid("found a WAV file without samples")
        size *= 2
    if not header.is_pcm16:
        raise invalid(f"found a WAV file ({header}); only PCM of 16 bit is taken in WAV")
    left = header.data_offset
    while left:
        left -= len(file.read(left))
    yield from _raw(file, header.sample_rate_hz, header.channels, header.data_bytes)


def _raw(file: Rewound, rate_hz: int, channels: int, limit: int | None) -> Iterator[Piece]:
    """Up to `limit` bytes of samples; a sample that is cut waits for its other bytes."""
    rest = b""
    while (limit is None or limit > 0) and (data := file.read(READ_BYTES)):
        if limit is not None:
            data, limit = data[:limit], limit - len(data)
        rest += data
        whole = len(rest) // (2 * channels) * (2 * channels)
        samples = np.frombuffer(rest[:whole], "<i2").reshape(-1, channels).T
        rest = rest[whole:]
        if whole:
            yield Piece(rate_hz, samples.astype(np.float32) / np.float32(32_768))
