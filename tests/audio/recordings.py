"""Recordings made on the spot: tones whose pitch tells channel and time, in every container we take."""

import io
import struct
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from govor.audio import ogg
from govor.audio.mp3_frames import FrameReader

Samples = NDArray[np.int16]  # [channels, n]

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 7: "6.1", 8: "7.1"}


def tone(seconds: float, hz: Sequence[float] = (440.0,), rate_hz: int = 48_000) -> Samples:
    """One steady tone for each channel."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.stack([8_000 * np.sin(2 * np.pi * pitch * at) for pitch in hz]).astype(np.int16)


def stairs(seconds: int, rate_hz: int = 48_000) -> Samples:
    """Mono; second k sounds at 500 + 100 k Hz, so that the pitch tells the time."""
    return np.concatenate([tone(1, (500 + 100 * k,), rate_hz) for k in range(seconds)], axis=1)


def pitch_hz(samples: Samples, rate_hz: int) -> float:
    """The loudest frequency of one channel; 0 for silence."""
    wave = samples.astype(np.float64)
    if np.abs(wave).max(initial=0) < 100:
        return 0.0
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 8 * len(wave)))
    return float(spectrum.argmax()) * rate_hz / (8 * len(wave))


def encode(
    samples: Samples,
    rate_hz: int = 48_000,
    *,
    container: str = "ogg",
    codec: str = "libopus",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> bytes:
    """Encode with FFmpeg; option "b" is the bit rate."""
    file = io.BytesIO()
    layout = LAYOUTS[len(samples)]
    with av.open(file, "w", format=container, container_options=container_options or {}) as output:
        stream = output.add_stream(codec, rate=rate_hz, layout=layout, options=options or {})
        assert isinstance(stream, av.AudioStream)
        interleaved = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
        frame.sample_rate = rate_hz
        frame.pts, frame.time_base = 0, Fraction(1, rate_hz)  # else the muxer counts the pre-skip twice
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def opus(samples: Samples, rate_hz: int = 48_000, **options: str) -> bytes:
    """OggOpus with pages of 200 ms."""
    pages = {"page_duration": "200000"}
    return encode(samples, rate_hz, container_options=pages, options={"b": "32k", **options})


def wav(samples: Samples, rate_hz: int, *, tag: int = 1, bits: int = 16, before: bytes = b"") -> bytes:
    """A RIFF/WAVE file; `before` are chunks between the format and the samples."""
    data = samples.T.tobytes()
    channels = len(samples)
    form = struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * channels * 2, channels * 2, bits)
    body = b"WAVE" + chunk(b"fmt ", form) + before + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, content: bytes) -> bytes:
    """One RIFF chunk."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) & 1)


def mp3(samples: Samples, rate_hz: int = 44_100) -> bytes:
    """MP3 with a Xing header and an ID3 tag, as FFmpeg writes it."""
    return encode(samples, rate_hz, container="mp3", codec="libmp3lame", options={"b": "64k"})


def pages(file: bytes) -> list[ogg.Page]:
    """All pages of an Ogg file."""
    return list(ogg.PageReader().feed(file))


def join(pages: Sequence[ogg.Page]) -> bytes:
    """The pages as a file, each with its checksum."""
    return b"".join(map(write_page, pages))


def write_page(page: ogg.Page) -> bytes:
    """RFC 3533, section 6."""
    fields = (page.flags, page.granule, page.serial, page.sequence, 0, len(page.lacing))
    blank = struct.pack("<4sBBqIIIB", ogg.CAPTURE, 0, *fields) + page.lacing + page.body
    return blank[:22] + ogg.checksum(blank).to_bytes(4, "little") + blank[26:]


def damaged(file: bytes, first: int, last: int) -> bytes:
    """The file with pages `first` to `last` made unreadable by one flipped bit in each."""
    parts = [bytearray(write_page(page)) for page in pages(file)]
    for part in parts[first : last + 1]:
        part[-1] ^= 1
    return b"".join(map(bytes, parts))


def with_serial(file: bytes, serial: int) -> bytes:
    """The same stream under another number."""
    return join([replace(page, serial=serial) for page in pages(file)])


def without_end(file: bytes) -> bytes:
    """As a recorder leaves it that was switched off: no page says that it is the last."""
    return join([replace(page, flags=page.flags & ~ogg.LAST) for page in pages(file)])


def repeated(seconds: int, *, packet: bytes, packet_ms: int, channels: int = 1) -> bytes:
    """A long Opus file out of one packet, quicker than encoding it; 2 KB a minute for silence."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    serial, granule = 7, 0
    made = [ogg_page(ogg.FIRST, 0, serial, 0, [head]), ogg_page(0, 0, serial, 1, [tags])]
    packets = seconds * 1_000 // packet_ms
    for at in range(0, packets, 50):
        count = min(50, packets - at)
        granule += count * packet_ms * 48
        flags = ogg.LAST if at + count == packets else 0
        made.append(ogg_page(flags, granule, serial, len(made), [packet] * count))
    return join(made)


def ogg_page(flags: int, granule: int, serial: int, sequence: int, packets: Sequence[bytes]) -> ogg.Page:
    """A page of whole packets."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    return ogg.Page(
        flags=flags,
        granule=granule,
        serial=serial,
        sequence=sequence,
        lacing=lacing,
        body=b"".join(packets),
    )


def packets_of(file: bytes) -> list[bytes]:
    """The packets of an Ogg file with one stream, headers included."""
    joined = ogg.Packets()
    return [packet for page in pages(file) for packet in joined.push(page)]


def mp3_frames(file: bytes) -> list[bytes]:
    """The frames of an MP3 file without its tags, the information frame first."""
    reader = FrameReader()
    return [frame.data for batch in (reader.feed(file), reader.finish()) for frame in batch]
