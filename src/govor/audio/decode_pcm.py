"""LPCM and WAV to sound, without FFmpeg: signed 16-bit little-endian samples, channels interleaved."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from govor.audio import wav
from govor.audio.refusal import invalid
from govor.audio.sound import Piece
from govor.records import AudioSpec

READ_FRAMES = 48_000  # about a second
FILE_BYTES_MAX = 1 << 62  # no limit: the file ends first
# Chunks of notes may come before the samples; no writer puts more than this there.
WAV_HEADER_BYTES_MAX = 1 << 20


def raw_pieces(file: BinaryIO, spec: AudioSpec) -> Iterator[Piece]:
    """The whole file is samples, as `spec` describes them."""
    file.seek(0)
    yield from _pieces(file, spec.sample_rate_hz, spec.channels, None)


def wav_pieces(file: BinaryIO) -> Iterator[Piece]:
    """The samples behind a RIFF header, as that header describes them."""
    file.seek(0)
    header = wav.read_header(file.read(WAV_HEADER_BYTES_MAX))
    if not header.is_pcm16 or header.data_offset is None:
        raise invalid(f"found a WAV file ({header}) without PCM samples of 16 bit")
    file.seek(header.data_offset)
    yield from _pieces(file, header.sample_rate_hz, header.channels, header.data_bytes)


def _pieces(file: BinaryIO, rate_hz: int, channels: int, limit: int | None) -> Iterator[Piece]:
    """Up to `limit` bytes; half a sample, or a sample without its other channels, at the end is left out."""
    frame_bytes = 2 * channels
    left = FILE_BYTES_MAX if limit is None else limit
    while data := file.read(min(left, READ_FRAMES * frame_bytes)):
        left -= len(data)
        whole = len(data) // frame_bytes * frame_bytes
        samples = np.frombuffer(data[:whole], "<i2").reshape(-1, channels).T
        if whole:
            yield Piece(rate_hz, samples.astype(np.float32) / np.float32(32_768))
