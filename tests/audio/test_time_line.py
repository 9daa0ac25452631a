"""The clock of Ogg Opus, without decoding: pages in, events out. Packets here are 20 ms long."""

import struct
from dataclasses import replace

import pytest

from govor.audio import ogg
from govor.audio.ogg_opus import HOLE_SAMPLES_MAX, Event, Hole, Link, Sound, TimeLine
from govor.errors import BadAudio
from tests.audio.recordings import ogg_page

PACKET = b"\x08sound"
LENGTH = 960
SECOND = 48_000


def head(pre_skip: int = 0, serial: int = 1, channels: int = 1) -> ogg.Page:
    packet = struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, 48_000, 0, 0)
    return ogg_page(ogg.FIRST, 0, serial, 0, [packet])


def tags(serial: int = 1) -> ogg.Page:
    return ogg_page(0, 0, serial, 1, [b"OpusTags" + bytes(8)])


def sound(sequence: int, granule: int, packets: int = 50, flags: int = 0, serial: int = 1) -> ogg.Page:
    return ogg_page(flags, granule, serial, sequence, [PACKET] * packets)


def heard(*pages: ogg.Page) -> list[int | str]:
    """Samples heard (positive) and missing (negative), runs joined; "link" where a stream begins."""
    line, runs = TimeLine(), list[int | str]()
    for event in (event for page in pages for event in line.push(page)):
        add(runs, event)
    return runs


def add(runs: list[int | str], event: Event) -> None:
    match event:
        case Link():
            runs.append("link")
        case Hole():
            runs.append(-event.samples)
        case Sound(keep=0):
            pass
        case Sound() if runs and isinstance(runs[-1], int) and runs[-1] > 0:
            runs[-1] += event.keep
        case Sound():
            runs.append(event.keep)


SECOND_LINK = [head(serial=2), tags(2), sound(2, SECOND, serial=2)]
SKELETON = ogg_page(ogg.FIRST, 0, 9, 0, [b"fishead\0"])

CASES: dict[str, tuple[list[ogg.Page], list[int | str]]] = {
    "plain": ([head(), tags(), sound(2, SECOND), sound(3, 2 * SECOND)], ["link", 2 * SECOND]),
    "pre-skip is not heard": ([head(312), tags(), sound(2, SECOND)], ["link", SECOND - 312]),
    "pre-skip longer than a page": (
        [head(50_000), tags(), sound(2, SECOND), sound(3, 2 * SECOND)],
        ["link", 46_000],
    ),
    "the end is trimmed": ([head(), tags(), sound(2, SECOND - 700, flags=ogg.LAST)], ["link", SECOND - 700]),
    "trimming takes several packets": (
        [head(), tags(), sound(2, SECOND), sound(3, SECOND + 100, flags=ogg.LAST)],
        ["link", SECOND + 100],
    ),
    "trimming takes no more than its page": (
        [head(), tags(), sound(2, SECOND), sound(3, 5, flags=ogg.LAST)],
        ["link", SECOND],
    ),
    "without a last page nothing is trimmed": (
        [head(), tags(), sound(2, SECOND), sound(3, SECOND + 100)],
        ["link", 2 * SECOND],
    ),
    "a lost page leaves a hole": (
        [head(), tags(), sound(2, SECOND), sound(4, 3 * SECOND)],
        ["link", SECOND, -SECOND, SECOND],
    ),
    "the first pages lost leave a hole, too": (
        [head(312), tags(), sound(4, 3 * SECOND)],
        ["link", -2 * SECOND + 312, SECOND],
    ),
    "the comment page lost leaves none": ([head(), sound(2, SECOND)], ["link", SECOND]),
    "a jump of the clock without a lost page is a hole": (
        [head(), tags(), sound(2, SECOND), sound(3, 3 * SECOND)],
        ["link", SECOND, -SECOND, SECOND],
    ),
    "a hole on the last page": (
        [head(), tags(), sound(2, SECOND), sound(4, 3 * SECOND, flags=ogg.LAST)],
        ["link", SECOND, -SECOND, SECOND],
    ),
    "a recording may start anywhere on its clock": (
        [head(), tags(), sound(2, 1_001 * SECOND), sound(3, 1_002 * SECOND)],
        ["link", 2 * SECOND],
    ),
    "rounding is not a hole": (
        [head(), tags(), sound(2, SECOND), sound(3, 2 * SECOND + 480), sound(4, 3 * SECOND - 480)],
        ["link", 3 * SECOND],
    ),
    "but drift that adds up is": (
        [head(), tags(), sound(2, SECOND), sound(3, 2 * SECOND + 900), sound(4, 3 * SECOND + 1_800)],
        ["link", 2 * SECOND, -1_800, SECOND],
    ),
    "a clock that runs back begins anew": (
        [head(), tags(), sound(2, 100 * SECOND), sound(3, 3 * SECOND), sound(4, 4 * SECOND)],
        ["link", 3 * SECOND],
    ),
    "an absurd jump is no hole": (
        [head(), tags(), sound(2, SECOND), sound(3, 1 << 60), sound(4, (1 << 60) + SECOND)],
        ["link", 3 * SECOND],
    ),
    "an hour is the longest hole": (
        [head(), tags(), sound(2, SECOND), sound(3, 2 * SECOND + HOLE_SAMPLES_MAX)],
        ["link", SECOND, -HOLE_SAMPLES_MAX, SECOND],
    ),
    "a page without a time": ([head(), tags(), sound(2, -1), sound(3, 2 * SECOND)], ["link", 2 * SECOND]),
    "a chained stream goes on where the first ended": (
        [
            head(),
            tags(),
            sound(2, SECOND, flags=ogg.LAST),
            head(serial=2),
            tags(2),
            sound(2, SECOND, serial=2),
        ],
        ["link", SECOND, "link", SECOND],
    ),
    "a chained stream may reuse the number": (
        [head(), tags(), sound(2, SECOND), head(312), tags(), sound(2, SECOND)],
        ["link", SECOND, "link", SECOND - 312],
    ),
    "a second stream beside the first is passed over": (
        [head(), head(serial=2), tags(), tags(2), sound(2, SECOND), sound(2, SECOND, serial=2)],
        ["link", SECOND],
    ),
    "a skeleton is passed over": (
        [
            ogg_page(ogg.FIRST, 0, 9, 0, [b"fishead\0"]),
            head(),
            tags(),
            sound(1, 5, serial=9),
            sound(2, SECOND),
        ],
        ["link", SECOND],
    ),
    "repeated headers are not sound": (
        [head(), tags(), replace(tags(), sequence=2), sound(3, SECOND)],
        ["link", SECOND],
    ),
    "sound before any header is not heard": ([sound(2, SECOND)], []),
    "a page cut short counts where it was expected": (
        [head(), tags(), sound(2, SECOND), replace(sound(3, -1, packets=7), whole=False)],
        ["link", SECOND + 7 * LENGTH],
    ),
    "and nowhere else": (
        [head(), tags(), sound(2, SECOND), replace(sound(5, -1, packets=7), whole=False)],
        ["link", SECOND],
    ),
}


@pytest.mark.parametrize(("pages", "expected"), CASES.values(), ids=CASES)
def test_time_keeps_its_place(pages: list[ogg.Page], expected: list[int | str]) -> None:
    assert heard(*pages) == expected


def test_a_stream_that_cannot_be_played_is_refused_where_it_begins() -> None:
    with pytest.raises(BadAudio, match="Invalid audio received"):
        TimeLine().push(head(channels=9))
