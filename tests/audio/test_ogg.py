"""Pages and packets: however the bytes arrive, and whatever is missing."""

from dataclasses import replace

import pytest

from govor.audio import ogg
from tests.audio.recordings import join, ogg_page, write_page

FIRST = ogg_page(ogg.FIRST, 0, 1, 0, [b"head"])
SECOND = ogg_page(0, 960, 1, 1, [b"a" * 10, b"b" * 300])
THIRD = ogg_page(ogg.LAST, 1_920, 1, 2, [b"c" * 255])
FILE = join([FIRST, SECOND, THIRD])


def read(pieces: list[bytes]) -> list[ogg.Page]:
    reader = ogg.PageReader()
    found = [page for piece in pieces for page in reader.feed(piece)]
    return found + list(reader.finish())


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
@pytest.mark.parametrize("junk", [b"", b"Ogg", b"OggS", b"OggSOggS\0\0", bytes(100), b"OggS" + b"\xff" * 400])
def test_pages_do_not_depend_on_how_the_bytes_arrive_or_on_junk(junk: bytes, step: int) -> None:
    data = junk + FILE[: len(write_page(FIRST))] + junk + FILE[len(write_page(FIRST)) :] + junk
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    assert [page for page in read(pieces) if page.whole] == [FIRST, SECOND, THIRD]


def test_checksum_is_the_one_of_the_standard() -> None:
    # The check value of CRC-32 with this polynomial and neither inversion nor reflection, for "123456789".
    assert ogg.checksum(b"123456789") == 0x89A1897F


@pytest.mark.parametrize("at", range(4, len(write_page(SECOND)), 13))
def test_a_page_with_any_wrong_bit_is_left_out_and_counted(at: int) -> None:
    wrong = bytearray(write_page(SECOND))
    wrong[at] ^= 4
    reader = ogg.PageReader()
    found = list(reader.feed(write_page(FIRST) + bytes(wrong) + write_page(THIRD)))
    found += reader.finish()
    assert [page for page in found if page.whole] == [FIRST, THIRD]
    assert reader.damaged == 1


@pytest.mark.parametrize(
    ("cut", "lacing"),
    [(1, b"\x0a\xff"), (40, b"\x0a\xff"), (46, b"\x0a"), (300, b"\x0a"), (305, b"")],
)
def test_a_file_cut_short_keeps_the_segments_that_are_all_there(cut: int, lacing: bytes) -> None:
    page = read([join([FIRST, SECOND])[:-cut]])[-1]
    assert (page.lacing, page.whole, page.granule) == (lacing, False, ogg.NO_GRANULE)
    assert page.body == SECOND.body[: sum(lacing)]


def test_packets_are_joined_across_pages() -> None:
    packets = ogg.Packets()
    begin = ogg.Page(flags=0, granule=-1, serial=1, sequence=5, lacing=b"\x03\xff", body=b"abc" + b"d" * 255)
    middle = replace(begin, flags=ogg.CONTINUED, sequence=6, lacing=b"\xff", body=b"e" * 255)
    end = replace(begin, flags=ogg.CONTINUED, sequence=7, lacing=b"\x01\x02", body=b"fgh")
    assert packets.push(begin) == [b"abc"]
    assert packets.push(middle) == []
    assert packets.push(end) == [b"d" * 255 + b"e" * 255 + b"f", b"gh"]
    assert not packets.lost


def test_a_packet_whose_middle_was_lost_is_left_out() -> None:
    packets = ogg.Packets()
    begin = ogg.Page(flags=0, granule=-1, serial=1, sequence=5, lacing=b"\x03\xff", body=b"abc" + b"d" * 255)
    end = replace(begin, flags=ogg.CONTINUED, sequence=7, lacing=b"\x01\x02", body=b"fgh")
    assert packets.push(begin) == [b"abc"]
    assert packets.push(end) == [b"gh"]
    assert packets.lost


def test_a_page_that_continues_nothing_begins_nothing() -> None:
    page = ogg.Page(flags=ogg.CONTINUED, granule=0, serial=1, sequence=0, lacing=b"\x01\x02", body=b"abc")
    assert ogg.Packets().push(page) == [b"bc"]


def test_a_packet_longer_than_any_sound_is_given_up() -> None:
    packets = ogg.Packets()
    full = ogg.Page(flags=0, granule=-1, serial=1, sequence=0, lacing=b"\xff" * 255, body=bytes(255 * 255))
    for sequence in range(ogg.PACKET_BYTES_MAX // len(full.body) + 1):
        assert packets.push(replace(full, flags=ogg.CONTINUED * (sequence > 0), sequence=sequence)) == []
    end = replace(full, flags=ogg.CONTINUED, sequence=sequence + 1, lacing=b"\x01\x02", body=b"abc")
    assert packets.push(end) == [b"bc"]
