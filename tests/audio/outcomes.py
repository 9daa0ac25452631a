"""What becomes of a file under each declared encoding; run in the sandbox, so it imports little."""

import tempfile
from pathlib import Path

import numpy as np

from govor.audio import decode, sniff
from govor.errors import BadAudio, TooLarge
from govor.records import AudioEncoding, AudioSpec

RATE_HZ = 16_000
ENCODINGS = (
    AudioEncoding.OGG_OPUS,
    AudioEncoding.MP3,
    AudioEncoding.WAV,
    AudioEncoding.LINEAR16_PCM,
)
REFUSED = "-"
SECONDS_MAX = 3_600.0  # mutated clocks ask for hours of silence


def of_file(path: Path) -> list[str]:
    """For each of ENCODINGS "CHANNELSxSAMPLES" at 16 kHz, or REFUSED; anything else is raised."""
    return [_of_file(path, encoding) for encoding in ENCODINGS]


def of_bytes(data: bytes, encoding: AudioEncoding) -> str:
    """The same for one encoding, of bytes."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        return _of_file(Path(file.name), encoding)


def unsniffed(data: bytes, spec: AudioSpec) -> str:
    """The same without the probe: the decoder alone has to cope."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        return _decoded(Path(file.name), spec)


def _of_file(path: Path, encoding: AudioEncoding) -> str:
    with path.open("rb") as file:
        head = file.read(sniff.HEAD_BYTES)
    try:
        spec = sniff.probe(head, AudioSpec(encoding=encoding))
    except BadAudio:
        return REFUSED
    return _decoded(path, spec)


def _decoded(path: Path, spec: AudioSpec) -> str:
    channels = samples = 0
    try:
        for block in decode.decode(path, spec, sample_rate_hz=RATE_HZ, audio_seconds_max=SECONDS_MAX):
            assert block.samples.dtype == np.int16
            assert block.start_ms == samples * 1_000 // RATE_HZ
            assert channels in (0, len(block.samples))
            channels, samples = len(block.samples), samples + block.samples.shape[1]
    except (BadAudio, TooLarge):
        return REFUSED
    assert samples
    return f"{channels}x{samples}"
