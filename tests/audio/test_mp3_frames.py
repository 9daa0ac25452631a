"""Frames out of MP3 bytes: however they arrive, whatever is between them."""

import pytest

from govor.audio.mp3_frames import FALSE_STARTS_MAX, Frame, FrameReader, leading_delay
from govor.errors import BadAudio
from tests.audio.recordings import encode, mp3, mp3_frames, tone

FILE = mp3(tone(0.5, (440,), 44_100))
FRAMES = mp3_frames(FILE)[1:]  # behind the information frame
TAG = b"ID3\x04\0\0\0\0\x02\x00" + b"\xff" * 256  # a picture may hold anything
BAD_FRAME = b"\xfe" + bytes(208)  # of the same size as ours


def read(data: bytes, step: int = 1 << 16) -> list[Frame]:
    reader = FrameReader()
    found = [frame for at in range(0, len(data), step) for frame in reader.feed(data[at : at + step])]
    return found + list(reader.finish())


def lost(data: bytes) -> list[int]:
    return [frame.lost for frame in read(data)]


@pytest.mark.parametrize("step", [1, 100, 1 << 16])
def test_frames_do_not_depend_on_how_the_bytes_arrive(step: int) -> None:
    assert [frame.data for frame in read(TAG + b"".join(FRAMES) + b"TAG" + bytes(125), step)] == FRAMES


CASES: dict[str, tuple[bytes, list[int]]] = {
    "plain": (b"".join(FRAMES[:4]), [0, 0, 0, 0]),
    "one frame": (FRAMES[3], [0]),
    "padding first": (bytes(500) + b"".join(FRAMES[:2]), [0, 0]),
    "junk first": (b"\xff\xfb\x00" * 50 + b"".join(FRAMES[:2]), [0, 0]),
    "a damaged header": (b"".join([*FRAMES[:4], BAD_FRAME, *FRAMES[5:7]]), [0, 0, 0, 0, 1, 0]),
    "three damaged frames": (b"".join([*FRAMES[:4], BAD_FRAME * 3, *FRAMES[7:9]]), [0, 0, 0, 0, 3, 0]),
    "a few bytes too many": (b"".join([*FRAMES[:4], b"\0" * 20, *FRAMES[4:6]]), [0] * 6),
    "a tag between two files": (b"".join([*FRAMES[:2], TAG, *FRAMES[2:4]]), [0] * 4),
    "the last frame cut": (b"".join(FRAMES[:3])[:-1], [0, 0]),
    "a minute of junk is not believed": (FRAMES[0] * 3 + bytes(500_000) + FRAMES[0] * 2, [0] * 5),
    "nothing": (b"", []),
    "noise": (b"\xff\xfb\x90" * 100, []),
    "a tag alone": (TAG, []),
    "a tag cut short": (TAG[:100], []),
}


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES)
def test_lost_frames_are_counted_by_the_bytes_they_took(data: bytes, expected: list[int]) -> None:
    assert lost(data) == expected


def test_a_file_of_false_starts_is_given_up() -> None:
    reader = FrameReader()
    with pytest.raises(BadAudio):
        list(reader.feed(b"\xff" * (FALSE_STARTS_MAX + 10_000)))


def test_the_information_frame_tells_the_delay() -> None:
    assert [leading_delay(frame) for frame in read(FILE)[:2]] == [
        1_105,
        None,
    ]  # 576 of LAME, 529 of the decoder
    plain = encode(
        tone(0.2, (440,), 44_100),
        44_100,
        container="mp3",
        codec="libmp3lame",
        container_options={"write_xing": "0"},
    )
    assert leading_delay(read(plain)[0]) is None
