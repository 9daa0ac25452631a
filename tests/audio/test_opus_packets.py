"""Opus headers and packet lengths."""

import struct

import av
import pytest

from govor.audio.opus_packets import is_header, packet_samples, read_head
from govor.errors import BadAudio
from tests.audio.recordings import opus, packets_of, tone


def head(channels: int, family: int = 0, table: bytes = b"", *, version: int = 1) -> bytes:
    fields = struct.pack("<8sBBHIhB", b"OpusHead", version, channels, 312, 8_000, 0, family)
    return fields + table


SURROUND = head(6, 1, bytes([4, 2, 0, 4, 1, 2, 3, 5]))


@pytest.mark.parametrize(
    ("packet", "channels", "family"),
    [
        (head(1), 1, 0),
        (head(2), 2, 0),
        (head(2, version=15), 2, 0),  # minor versions add nothing that we need (RFC 7845, 5.1)
        (SURROUND, 6, 1),
        (head(8, 255, bytes([8, 0, *range(8)])), 8, 255),
        (head(2, 255, bytes([1, 0, 0, 255])), 2, 255),  # 255: a silent channel
    ],
)
def test_headers_of_the_three_families_are_read(packet: bytes, channels: int, family: int) -> None:
    found = read_head(packet)
    assert (found.channels, found.family, found.pre_skip, found.raw) == (channels, family, 312, packet)


@pytest.mark.parametrize(
    ("packet", "says"),
    [
        (head(1)[:-1], "damaged"),
        (b"OpusTags" + bytes(20), "damaged"),
        (head(1, version=16), "version 16"),
        (head(0), "0 channels"),
        (head(9, 255, bytes([9, 0, *range(9)])), "9 channels"),
        (head(3), "mapping of family 0"),
        (head(4, 2, bytes([4, 0, 0, 1, 2, 3])), "mapping of family 2"),
        (SURROUND[:-1], "mapping of family 1"),
        (head(2, 1, bytes([0, 0, 0, 1])), "mapping of family 1"),
        (head(2, 1, bytes([1, 2, 0, 1])), "mapping of family 1"),
        (head(2, 1, bytes([1, 0, 0, 1])), "mapping of family 1"),
    ],
)
def test_headers_that_cannot_be_played_say_why(packet: bytes, says: str) -> None:
    with pytest.raises(BadAudio) as caught:
        read_head(packet)
    assert says in caught.value.detail


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"", 0),
        (bytes([0 << 3]), 480),  # SILK, 10 ms
        (bytes([3 << 3]), 2_880),  # SILK, 60 ms
        (bytes([1 << 3 | 1]), 1_920),  # two frames of 20 ms
        (bytes([13 << 3]), 960),  # hybrid, 20 ms
        (bytes([16 << 3]), 120),  # CELT, 2.5 ms
        (bytes([31 << 3 | 2]), 1_920),
        (bytes([1 << 3 | 3, 6]), 5_760),  # 120 ms
        (bytes([1 << 3 | 3, 7]), 0),  # longer than allowed
        (bytes([1 << 3 | 3]), 0),
        (bytes([1 << 3 | 3, 0x40]), 0),
    ],
)
def test_packet_lengths_follow_the_table_of_the_standard(packet: bytes, samples: int) -> None:
    assert packet_samples(packet) == samples


@pytest.mark.parametrize("frame_ms", ["2.5", "5", "10", "20", "40", "60", "120"])
@pytest.mark.parametrize("application", ["voip", "audio", "lowdelay"])
def test_packet_lengths_are_those_that_the_decoder_gives(application: str, frame_ms: str) -> None:
    file = opus(tone(1), b="16k", application=application, frame_duration=frame_ms)
    head_packet, _, *packets = packets_of(file)
    decoder = av.AudioCodecContext.create("opus", "r")
    decoder.extradata = head_packet[:10] + bytes(2) + head_packet[12:]
    decoded = sum(frame.samples for packet in packets for frame in decoder.decode(av.Packet(packet)))
    assert sum(map(packet_samples, packets)) == decoded


def test_only_the_two_headers_are_headers() -> None:
    assert [is_header(packet) for packet in packets_of(opus(tone(0.1)))[:3]] == [True, True, False]
