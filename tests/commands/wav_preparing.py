"""A prepare step for tests: WAV files of 16-bit samples, every second of them speech; needs no decoder."""

import os
import wave
from pathlib import Path

from govor.pipeline.scratch import Scratch
from govor.records import AudioEncoding, AudioSpec
from tests.tiny import preparing


def prepare(
    root: Path, operation_id: str, declared: AudioSpec, sample_rate_hz: int, audio_seconds_max: float
) -> None:
    """Take the header off, and go on as tests/tiny/preparing.py does."""
    source = Scratch(root, operation_id).source
    with wave.open(str(source), "rb") as file:
        samples, channels = file.readframes(file.getnframes()), file.getnchannels()
    bare = source.with_suffix(".bare")  # the source may be another name of the object in the store
    bare.write_bytes(samples)
    os.replace(bare, source)
    spec = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=sample_rate_hz, channels=channels)
    preparing.prepare(root, operation_id, spec, sample_rate_hz, audio_seconds_max)
