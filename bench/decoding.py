"""How fast and how small decoding is. Everything is made here and decoded in the sandbox, at 16 kHz.

`python -m bench.decoding [--hours H]`; H is the length of the long two-channel recording (4 by default).
"""

import argparse
import io
import resource
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.report import Row, report
from govor.audio import decode, sandbox, sniff
from govor.records import AudioEncoding, AudioSpec

RATE_HZ = 48_000
CHUNK_MINUTES = 5  # the long recording is this much, chained
EMPTY_JOBS = 20
ENDLESS_SECONDS = 1e9
STEREO, VOICE = {"b": "64k"}, {"b": "24k", "application": "voip"}
OPUS, MP3, WAV = AudioEncoding.OGG_OPUS, AudioEncoding.MP3, AudioEncoding.WAV
CASES: tuple[tuple[str, AudioEncoding, str, str, int, dict[str, str]], ...] = (
    ("OggOpus 64 kbit/s, 2 channels", OPUS, "ogg", "libopus", 2, STEREO),
    ("OggOpus 24 kbit/s voice, 1 channel", OPUS, "ogg", "libopus", 1, VOICE),
    ("MP3 128 kbit/s, 2 channels", MP3, "mp3", "libmp3lame", 2, {"b": "128k"}),
    ("WAV, 2 channels", WAV, "wav", "pcm_s16le", 2, {}),
)


def babble(seconds: int, channels: int) -> NDArray[np.int16]:
    """Noise in syllables, interleaved [1, n * channels]: codecs find it as hard as speech."""
    rng = np.random.default_rng(1)
    loudness = np.abs(np.sin(np.arange(seconds * RATE_HZ) * (4 * np.pi / RATE_HZ)))[:, None]
    noise: NDArray[np.float64] = rng.normal(scale=2_000, size=(seconds * RATE_HZ, channels)) * loudness
    return noise.astype(np.int16).reshape(1, -1)


def make(container: str, codec: str, channels: int, options: dict[str, str], seconds: int) -> bytes:
    """One encoded file."""
    file = io.BytesIO()
    layout = "stereo" if channels == 2 else "mono"
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE_HZ, layout=layout, options=options)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(babble(seconds, channels), format="s16", layout=layout)
        frame.sample_rate = RATE_HZ
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def measure(path: Path, encoding: AudioEncoding) -> tuple[float, float]:
    """Runs in the child: decode all, keep nothing; seconds of audio a second, and its peak memory in MiB."""
    with path.open("rb") as file:
        spec = sniff.probe(file.read(sniff.HEAD_BYTES), AudioSpec(encoding=encoding))
    began, samples = time.process_time(), 0
    for block in decode.decode(path, spec, sample_rate_hz=16_000, audio_seconds_max=ENDLESS_SECONDS):
        samples += block.samples.shape[1]
    speed = samples / 16_000 / (time.process_time() - began)
    return speed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def rows(name: str, path: Path, encoding: AudioEncoding, target: str = "") -> list[Row]:
    """Speed and memory of one file."""
    from bench.decoding import measure  # by a name that the child can import; ours is __main__

    speed, peak = sandbox.run(measure, path, encoding)
    return [
        Row(what=f"{name}: one core", value=speed, unit="× real time", target=target),
        Row(what=f"{name}: peak memory of the child", value=peak, unit="MiB"),
    ]


def empty_job() -> Row:
    """What the sandbox costs."""
    sandbox.warm()
    began = time.perf_counter()
    for _ in range(EMPTY_JOBS):
        sandbox.run(time.time)
    milliseconds = (time.perf_counter() - began) / EMPTY_JOBS * 1_000
    return Row(what="an empty job in the sandbox", value=milliseconds, unit="ms", target="≤ 30")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=4.0, help="length of the long recording")
    hours = parser.parse_args().hours
    found = [empty_job()]
    with tempfile.TemporaryDirectory(prefix="govor-bench-") as folder:
        path = Path(folder) / "recording"
        for name, encoding, container, codec, channels, options in CASES:
            path.write_bytes(make(container, codec, channels, options, 60))
            found += rows(f"{name}, 1 min", path, encoding)
        piece = make("ogg", "libopus", 2, STEREO, CHUNK_MINUTES * 60)
        with path.open("wb") as file:
            for _ in range(round(hours * 60 / CHUNK_MINUTES)):
                file.write(piece)
        found += rows(f"OggOpus, 2 channels, {hours:g} h", path, AudioEncoding.OGG_OPUS, "≥ 200")
    report("decoding", found)


if __name__ == "__main__":
    main()
