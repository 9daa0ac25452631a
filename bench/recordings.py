"""Recordings of any length, made from the samples by repeating their packets (no encoder runs)."""

import itertools
from fractions import Fraction
from pathlib import Path

import av

SAMPLES = Path(__file__).parent.parent / "samples"


def repeated(sample: str, seconds: float, path: Path) -> int:
    """Write `sample` over and over until `seconds` are filled; returns how often it was written in full."""
    with av.open(str(SAMPLES / sample)) as source:
        stream = source.streams.audio[0]
        packets = [(bytes(packet), packet.duration) for packet in source.demux(stream) if packet.size]
        whole = max(duration or 0 for _, duration in packets)  # the last one's is cut to the recording's end
        with av.open(str(path), "w", format="ogg") as target:
            copy = target.add_stream_from_template(stream)
            position = 0
            end = int(seconds / float(stream.time_base or 1))
            for number, (data, _) in enumerate(itertools.cycle(packets)):
                if position + whole > end:
                    return number // len(packets)
                packet = av.Packet(data)
                packet.stream, packet.time_base = copy, stream.time_base or Fraction(1, 48_000)
                packet.pts = packet.dts = position
                packet.duration = whole
                position += whole
                target.mux(packet)
    raise AssertionError("a cycle does not end")
