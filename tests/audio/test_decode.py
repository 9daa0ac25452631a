"""Files to blocks: every channel, every second in its place, every limit."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.audio import decode, ogg, sniff
from govor.audio.decode import BLOCK_SECONDS, Block
from govor.errors import BadAudio, TooLarge
from govor.records import AudioEncoding, AudioSpec
from tests.audio import recordings
from tests.audio.recordings import (
    chunk,
    damaged,
    join,
    mp3,
    mp3_frames,
    opus,
    pages,
    pitch_hz,
    stairs,
    tone,
    wav,
    with_serial,
    without_end,
)

OPUS, PCM = AudioEncoding.OGG_OPUS, AudioEncoding.LINEAR16_PCM
MP3, WAV = AudioEncoding.MP3, AudioEncoding.WAV
RATE_HZ = 16_000
PITCHES = (
    300.0,
    500.0,
    700.0,
    60.0,
    900.0,
    1_100.0,
)  # the fourth channel of 5.1 carries only the lowest tones
STAIRS = opus(stairs(8))


def blocks(
    folder: Path, data: bytes, encoding: AudioEncoding, *, rate_hz: int = RATE_HZ, limit: float = 1e6
) -> list[Block]:
    """Probe, then decode."""
    path = folder / "recording"
    path.write_bytes(data)
    spec = sniff.probe(data[: sniff.HEAD_BYTES], AudioSpec(encoding=encoding))
    return list(decode.decode(path, spec, sample_rate_hz=rate_hz, audio_seconds_max=limit))


def sound(
    folder: Path, data: bytes, encoding: AudioEncoding = OPUS, *, rate_hz: int = RATE_HZ
) -> NDArray[np.int16]:
    """All blocks joined."""
    return np.concatenate(
        [block.samples for block in blocks(folder, data, encoding, rate_hz=rate_hz)], axis=1
    )


def pitches(samples: NDArray[np.int16], second: float = 0.0) -> list[int]:
    """What each channel sounds like in the middle of a second, rounded to 20 Hz."""
    begin = round((second + 0.25) * RATE_HZ)
    return [20 * round(pitch_hz(channel[begin : begin + RATE_HZ // 2], RATE_HZ) / 20) for channel in samples]


@pytest.mark.parametrize(
    ("data", "encoding", "channels"),
    [
        (opus(tone(1, PITCHES[:1])), OPUS, 1),
        (opus(tone(1, PITCHES[:2])), OPUS, 2),
        (opus(tone(1, PITCHES[:6]), b="300k", mapping_family="1"), OPUS, 6),
        (opus(tone(1, PITCHES[:6]), b="300k", mapping_family="255"), OPUS, 6),
        (opus(tone(1, PITCHES[:7]), b="400k", mapping_family="1"), OPUS, 7),
        (opus(tone(1, PITCHES), b="400k", mapping_family="1"), OPUS, 8),
        (opus(tone(1, PITCHES), b="400k", mapping_family="255"), OPUS, 8),
        (opus(tone(1, PITCHES[:2]), mapping_family="255"), OPUS, 2),
        (opus(tone(1, PITCHES[:1], 8_000), 8_000, b="16k", application="voip"), OPUS, 1),
        (opus(tone(1, PITCHES[:1], 16_000), 16_000, b="16k", application="voip"), OPUS, 1),
        (opus(tone(1, PITCHES[:2], 24_000), 24_000, b="64k"), OPUS, 2),
        (opus(tone(1, PITCHES[:2]), b="160k", frame_duration="2.5"), OPUS, 2),
        (opus(tone(1, PITCHES[:1]), frame_duration="120"), OPUS, 1),
        (wav(tone(1, PITCHES[:2], 16_000), 16_000), WAV, 2),
        (wav(tone(1, PITCHES, 44_100), 44_100), WAV, 8),
        (wav(tone(1, PITCHES[:2], 8_000), 8_000), PCM, 2),
        (tone(1, PITCHES[:1])[0].tobytes(), PCM, 1),
    ],
)
def test_every_channel_is_heard_for_as_long_as_it_was_recorded(
    tmp_path: Path, data: bytes, encoding: AudioEncoding, channels: int
) -> None:
    samples = sound(tmp_path, data, encoding)
    assert pitches(samples) == [20 * round(pitch / 20) for pitch in PITCHES[:channels]]
    assert samples.shape[1] == RATE_HZ


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_mp3_of_every_rate_is_heard(tmp_path: Path, rate_hz: int, channels: int) -> None:
    samples = sound(tmp_path, mp3(tone(1, PITCHES[:channels], rate_hz), rate_hz), MP3)
    assert pitches(samples) == [round(pitch) for pitch in PITCHES[:channels]]
    assert 1.0 <= samples.shape[1] / RATE_HZ < 1.2  # the last frames are padded


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [(opus(tone(0.5, (0, 900))), OPUS), (mp3(tone(0.5, (0,), 44_100), 44_100), MP3)],
)
def test_a_click_is_where_it_was(tmp_path: Path, data: bytes, encoding: AudioEncoding, rate_hz: int) -> None:
    click = np.zeros((1, 48_000), np.int16)
    click[0, 24_000:24_040] = 20_000
    data = opus(click, b="64k") if encoding is OPUS else mp3(click, 48_000)
    samples = sound(tmp_path, data, encoding, rate_hz=rate_hz)
    assert abs(int(np.abs(samples[0].astype(int)).argmax()) / rate_hz - 0.5) < 0.003


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.02, 0.021, 0.5])
def test_the_length_is_exact_however_short(tmp_path: Path, seconds: float) -> None:
    assert sound(tmp_path, opus(tone(seconds))).shape == (1, round(seconds * RATE_HZ))


@pytest.mark.parametrize(("first", "last"), [(3, 3), (7, 11), (2, 2), (2, 9), (20, 38)])
def test_damaged_pages_are_silent_and_time_keeps_its_place(tmp_path: Path, first: int, last: int) -> None:
    samples = sound(tmp_path, damaged(STAIRS, first, last))
    assert samples.shape[1] == 8 * RATE_HZ
    begin, end = 0.2 * (first - 2), 0.2 * (last - 1)  # a page is 0.2 s, two headers come first
    whole = sound(tmp_path, STAIRS)
    for second in range(8):
        if second + 1 <= begin or second >= end:
            assert pitches(samples, second) == pitches(whole, second) == [500 + 100 * second]
    middle = samples[0, round((begin + 0.05) * RATE_HZ) : round((end - 0.05) * RATE_HZ)]
    assert not middle.any()


def test_bytes_cut_out_and_put_in_are_damage_too(tmp_path: Path) -> None:
    samples = sound(tmp_path, STAIRS[:9_000] + STAIRS[9_400:15_000] + bytes(3_000) + STAIRS[15_000:])
    assert samples.shape[1] == 8 * RATE_HZ
    assert [pitches(samples, second) for second in (0, 7)] == [[500], [1_200]]


@pytest.mark.parametrize("cut", [1, 20, 26, 27, 40, 300, 700, 1_000, 5_000, 20_000])
def test_a_truncated_file_is_heard_up_to_its_end(tmp_path: Path, cut: int) -> None:
    seconds = sound(tmp_path, STAIRS[:-cut]).shape[1] / RATE_HZ
    left = 8 * (len(STAIRS) - cut) / len(STAIRS)
    assert left - 0.5 < seconds <= 8
    assert pitches(sound(tmp_path, STAIRS[:-cut]), int(seconds) - 1) == [500 + 100 * (int(seconds) - 1)]


@pytest.mark.parametrize("size", [*range(0, 700, 23), 3_000])
def test_a_file_cut_near_its_start_is_sound_or_bad_audio(tmp_path: Path, size: int) -> None:
    with contextlib.suppress(BadAudio):
        assert sound(tmp_path, STAIRS[:size]).shape[1] > 0


def test_a_recording_without_its_end_is_whole(tmp_path: Path) -> None:
    samples = sound(tmp_path, without_end(STAIRS))
    assert pitches(samples, 7) == [1_200]
    assert 8 * RATE_HZ <= samples.shape[1] <= 8.05 * RATE_HZ  # the last packet is padded


def test_wrong_checksums_everywhere_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(damaged(STAIRS, 0, len(pages(STAIRS))))
    with pytest.raises(BadAudio):
        list(decode.decode(path, AudioSpec(), sample_rate_hz=RATE_HZ, audio_seconds_max=1e6))


def test_a_damaged_comment_page_costs_nothing(tmp_path: Path) -> None:
    np.testing.assert_array_equal(sound(tmp_path, damaged(STAIRS, 1, 1)), sound(tmp_path, STAIRS))


def test_chained_streams_follow_each_other(tmp_path: Path) -> None:
    links = [opus(tone(1, (300 + 200 * k,), 16_000), 16_000, b="16k", application="voip") for k in range(3)]
    samples = sound(tmp_path, links[0] + with_serial(links[1], 5) + links[2])
    assert [pitches(samples, second) for second in range(3)] == [[300], [500], [700]]
    assert samples.shape == (1, 3 * RATE_HZ)


def test_the_widest_link_of_a_chain_sets_the_channels(tmp_path: Path) -> None:
    mono, stereo = opus(tone(1, (300,))), opus(tone(1, (500, 700)))
    samples = sound(tmp_path, mono + with_serial(stereo, 5) + with_serial(mono, 6))
    assert [pitches(samples, second) for second in range(3)] == [[300, 0], [500, 700], [300, 0]]
    assert samples.shape == (2, 3 * RATE_HZ)


def test_a_damaged_link_does_not_move_the_next(tmp_path: Path) -> None:
    chain = damaged(opus(tone(1, (300,))), 3, 4) + with_serial(opus(tone(1, (500,))), 5)
    assert pitches(sound(tmp_path, chain), 1) == [500]


def test_other_streams_in_the_file_are_passed_over(tmp_path: Path) -> None:
    ours, beside = pages(STAIRS), pages(with_serial(opus(tone(8, (3_000,))), 5))
    skeleton = recordings.ogg_page(ogg.FIRST, 0, 99, 0, [b"fishead\0" + bytes(56)])
    mixed = [page for pair in zip(ours, beside, strict=True) for page in pair]
    samples = sound(tmp_path, join([skeleton, *mixed]))
    np.testing.assert_array_equal(samples, sound(tmp_path, STAIRS))


def test_the_gain_of_the_header_is_applied(tmp_path: Path) -> None:
    first, *rest = pages(opus(tone(1)))
    quiet = first.body[:16] + struct.pack("<h", -6 * 256) + first.body[18:]  # 6 dB less (RFC 7845, 5.1)
    flags = recordings.ogg_page(first.flags, 0, first.serial, 0, [quiet])
    loud, soft = sound(tmp_path, join([first, *rest])), sound(tmp_path, join([flags, *rest]))
    assert abs(np.abs(soft).max() / np.abs(loud).max() - 10 ** (-6 / 20)) < 0.02


@pytest.mark.parametrize("packet", [b"\x08", b"\x78", b"\xf8\xff\xfe"], ids=["SILK", "hybrid", "CELT"])
def test_packets_that_say_nothing_are_silence(tmp_path: Path, packet: bytes) -> None:
    samples = sound(tmp_path, recordings.repeated(3, packet=packet, packet_ms=20))
    assert samples.shape[1] == 3 * RATE_HZ - 104  # less the pre-skip: 312 samples at 48 kHz
    assert np.abs(samples).max() <= 20


def test_damaged_packets_are_silence_until_there_are_too_many(tmp_path: Path) -> None:
    silent, broken = b"\x78", b"\x0b\x43"  # the second promises padding that is not there
    head, tags, *_ = pages(recordings.repeated(1, packet=silent, packet_ms=20))
    mixed = recordings.ogg_page(0, 100 * 960, head.serial, 2, [silent, broken] * 25)
    assert sound(tmp_path, join([head, tags, mixed])).shape[1] > 0
    with pytest.raises(BadAudio, match="Invalid audio received"):
        sound(tmp_path, recordings.repeated(60, packet=broken, packet_ms=60))
    with pytest.raises(BadAudio, match="Invalid audio received") as caught:
        sound(tmp_path, recordings.repeated(2, packet=broken, packet_ms=60))
    assert "not one sample" in caught.value.detail


def test_damaged_mp3_frames_are_silent_and_time_keeps_its_place(tmp_path: Path) -> None:
    frames = mp3_frames(mp3(stairs(6, 44_100), 44_100))
    broken = [bytes(len(frame)) if 80 <= number < 120 else frame for number, frame in enumerate(frames)]
    samples = sound(tmp_path, b"".join(broken), MP3)
    assert [pitches(samples, second) for second in (0, 1, 4, 5)] == [[500], [600], [900], [1_000]]
    assert not samples[0, round(2.2 * RATE_HZ) : round(3.0 * RATE_HZ)].any()


def test_an_mp3_may_change_its_rate_and_channels(tmp_path: Path) -> None:
    data = mp3(tone(1, (300,), 44_100), 44_100) + mp3(tone(1, (500, 500), 16_000), 16_000)
    samples = sound(tmp_path, data, MP3)
    assert len(samples) == 1
    assert pitches(samples)[0] == 300
    assert pitches(samples, 1.1)[0] == 500


def test_one_mp3_frame_is_enough(tmp_path: Path) -> None:
    frame = mp3_frames(mp3(tone(1, (300,), 44_100), 44_100))[10]
    assert sound(tmp_path, frame, MP3).shape == (1, round(1_152 / 44_100 * RATE_HZ))


@pytest.mark.parametrize(
    ("data", "encoding", "samples"),
    [
        (bytes(32_001), PCM, 5_333),
        (bytes(6), PCM, 1),
        (wav(np.ones((2, 100), np.int16), 16_000)[:-1], WAV, 99),
        (wav(np.ones((1, 100), np.int16), 16_000) + chunk(b"LIST", bytes(400)), WAV, 100),
        (wav(np.ones((1, 100), np.int16), 16_000, before=chunk(b"LIST", bytes(70_001))), WAV, 100),
        (wav(np.ones((1, 100), np.int16), 16_000)[:-20], PCM, 90),
    ],
    ids=["odd", "three samples", "cut", "chunk behind", "long chunk before", "less than promised"],
)
def test_pcm_of_odd_shapes(tmp_path: Path, data: bytes, encoding: AudioEncoding, samples: int) -> None:
    assert sound(tmp_path, data, encoding).shape[1] == samples


def test_pcm_at_the_rate_of_the_model_is_not_touched(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-32_768, 32_767, (2, 5_000), np.int16)
    np.testing.assert_array_equal(sound(tmp_path, wav(noise, 16_000), WAV), noise)


def test_blocks_are_equal_and_say_when_they_start(tmp_path: Path) -> None:
    found = blocks(tmp_path, wav(tone(25.5, (440, 550), 8_000), 8_000), WAV)
    assert [block.start_ms for block in found] == [0, BLOCK_SECONDS * 1_000, 2 * BLOCK_SECONDS * 1_000]
    assert [block.samples.shape for block in found] == [(2, 160_000), (2, 160_000), (2, 88_000)]
    assert {block.samples.dtype for block in found} == {np.dtype(np.int16)}


def test_the_length_is_limited_in_the_sum_of_channels(tmp_path: Path) -> None:
    data = wav(tone(30, (440, 550), 8_000), 8_000)
    assert blocks(tmp_path, data, WAV, limit=60)
    with pytest.raises(TooLarge, match="The recording is too long") as caught:
        blocks(tmp_path, data, WAV, limit=50)
    assert "2 channel(s)" in caught.value.detail


@pytest.mark.parametrize(
    "content", ["ffconcat version 1.0\nfile 'neighbour.ogg'\n", "#EXTM3U\nneighbour.ogg\n"]
)
@pytest.mark.parametrize("encoding", [OPUS, MP3, WAV])
def test_a_file_that_names_its_neighbour_does_not_open_it(
    tmp_path: Path, content: str, encoding: AudioEncoding
) -> None:
    (tmp_path / "neighbour.ogg").write_bytes(STAIRS)
    path = tmp_path / "recording"
    path.write_text(content)
    with pytest.raises(BadAudio):
        list(decode.decode(path, AudioSpec(encoding=encoding), sample_rate_hz=RATE_HZ, audio_seconds_max=1e6))
