"""Streams in real time: how far partial words are behind the voice, and what a stream costs.

`python -m bench.streaming [--streams 1 4 8 12] [--seconds 30]`: so many at once, for so long each. The
callers run beside the service on the same cores, and are counted as load, not as cost.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import psutil

from bench.recordings import SAMPLES
from bench.report import Row, report
from govor.audio import decode
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.records import AudioSpec
from scripts.local_service import LocalService, running

METHOD = "/speechkit.stt.v3.Recognizer/RecognizeStreaming"
RATE_HZ = 16_000
CHUNK_MS = 100
BYTES_IN_MS = 2 * RATE_HZ // 1000
LAG_MS_MAX = 700  # what we hold ourselves to, at the 95th percentile
PAUSE_SECONDS = 1.0  # between two repeats of the sample


@dataclass
class Heard:
    """When things came, in milliseconds of the stream's own clock."""

    partials: list[float] = field(default_factory=list)  # behind the end of the sound they cover
    waits: list[float] = field(default_factory=list)  # behind the voice, when the next partial replaced one
    finals: list[float] = field(default_factory=list)  # behind the end of the utterance


def sound(seconds: float) -> bytes:
    """The sample again and again, as LINEAR16_PCM."""
    blocks = decode.decode(
        SAMPLES / "greeting.ogg", AudioSpec(), sample_rate_hz=RATE_HZ, audio_seconds_max=3_600
    )
    once = np.concatenate([block.samples[0] for block in blocks])
    once = np.concatenate([once, np.zeros(round(PAUSE_SECONDS * RATE_HZ), np.int16)])
    samples = np.tile(once, int(seconds * RATE_HZ / len(once)) + 1)[: round(seconds * RATE_HZ)]
    return samples.astype("<i2").tobytes()


def options() -> pb.StreamingRequest:
    """Raw sound, in real time."""
    raw = pb.RawAudio(
        audio_encoding=pb.RawAudio.LINEAR16_PCM, sample_rate_hertz=RATE_HZ, audio_channel_count=1
    )
    russian = pb.LanguageRestrictionOptions(
        restriction_type=pb.LanguageRestrictionOptions.WHITELIST, language_code=["ru-RU"]
    )
    model = pb.RecognitionModelOptions(
        language_restriction=russian,
        audio_format=pb.AudioFormatOptions(raw_audio=raw),
        audio_processing_type=pb.RecognitionModelOptions.REAL_TIME,
    )
    return pb.StreamingRequest(session_options=pb.StreamingOptions(recognition_model=model))


async def talk(call: Any, data: bytes, wait_seconds: float, heard: Heard) -> None:
    """One caller, who speaks in real time."""
    await asyncio.sleep(wait_seconds)
    started = time.perf_counter()

    async def speak() -> AsyncIterator[pb.StreamingRequest]:
        yield options()
        for at in range(0, len(data), CHUNK_MS * BYTES_IN_MS):
            piece = data[at : at + CHUNK_MS * BYTES_IN_MS]
            said = started + (at + len(piece)) / BYTES_IN_MS / 1000  # a piece is there when its end is spoken
            await asyncio.sleep(max(0.0, said - time.perf_counter()))
            yield pb.StreamingRequest(chunk=pb.AudioChunk(data=piece))

    shown_ms: int | None = None  # the end of the sound that the words on the screen cover
    async for answer in call(speak()):
        now_ms = (time.perf_counter() - started) * 1000
        if answer.HasField("partial"):
            end_ms = answer.partial.alternatives[0].end_time_ms
            heard.partials.append(now_ms - end_ms)
            if shown_ms is not None:
                heard.waits.append(now_ms - shown_ms)
            shown_ms = end_ms
        elif answer.HasField("final"):
            heard.finals.append(now_ms - answer.final.alternatives[0].end_time_ms)
            shown_ms = None


async def crowd(address: str, key: str, streams: int, seconds: float) -> Heard:
    """So many callers at once, who do not begin together."""
    heard, chance = Heard(), random.Random(1)
    data = sound(seconds)
    metadata = (("authorization", f"Api-Key {key}"),)
    async with grpc.aio.insecure_channel(address) as channel:
        call = partial(
            channel.stream_stream(
                METHOD, pb.StreamingRequest.SerializeToString, pb.StreamingResponse.FromString
            ),
            metadata=metadata,
        )
        waits = (chance.uniform(0, 2) for _ in range(streams))
        await asyncio.gather(*(talk(call, data, wait, heard) for wait in waits))
    return heard


def processor_seconds(pid: int) -> float:
    """What a process tree has used so far, its ended children included."""
    root = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:4]) for process in [root, *root.children(recursive=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Of an unsorted sample; not a number if there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def measured(service: LocalService, streams: int, seconds: float) -> list[Row]:
    """One size of crowd."""
    before = processor_seconds(service.process.pid)
    heard = asyncio.run(crowd(service.grpc, service.key, streams, seconds))
    used = processor_seconds(service.process.pid) - before
    name = f"{streams} at once"
    within = f"≤ {LAG_MS_MAX}"
    return [
        Row(what=f"{name}: partials behind their sound, median", value=_middle(heard.partials), unit="ms"),
        Row(what="  95th percentile", value=percentile(heard.partials, 0.95), unit="ms", target=within),
        Row(
            what="  words on the screen behind the voice, 95th percentile",
            value=percentile(heard.waits, 0.95),
            unit="ms",
        ),
        Row(what="  finals behind the last word, median", value=_middle(heard.finals), unit="ms"),
        Row(
            what="  partials a second of a stream", value=len(heard.partials) / seconds / streams, unit="1/s"
        ),
        Row(what="  streams a core could carry", value=streams * seconds / used, unit=""),
    ]


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def main() -> None:
    """Measure crowds of growing size; print it and write bench/results/streaming.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 4, 8, 12])
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="govor-bench-") as folder:
        environment = {"GOVOR_STREAMS_MAX": str(max(asked.streams))}
        with running(Path(folder), environment=environment) as service:
            measured(service, 2, 6.0)  # both recognisers are warm after that
            for streams in asked.streams:
                rows += measured(service, streams, asked.seconds)
    busy = Row(what="processes that wanted a core, last minute", value=os.getloadavg()[0], unit="")
    report("streaming", [*rows, busy])


if __name__ == "__main__":
    main()
