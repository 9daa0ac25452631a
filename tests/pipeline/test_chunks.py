"""Chunks: nothing is lost, nothing is out of order, nothing is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.pipeline import chunks
from govor.records import Chunk, TextOptions, Word


def said(*times: tuple[int, int]) -> list[Word]:
    return [Word(text=f"w{start}", start_ms=start, end_ms=end, confidence=0.5) for start, end in times]


def spans(made: tuple[Chunk, ...]) -> list[tuple[int, int, int]]:
    return [(chunk.channel, chunk.words[0].start_ms, chunk.words[-1].end_ms) for chunk in made]


def assemble(per_channel: dict[int, list[list[Word]]]) -> tuple[Chunk, ...]:
    return chunks.assemble(per_channel, TextOptions(), "ru-RU")


SEGMENTS = [
    ("nothing", [], []),
    ("one word", [(0, 300)], [(0, 300)]),
    ("no pause", [(0, 900), (1000, 1900), (2000, 2900)], [(0, 2900)]),
    ("a pause just too short", [(0, 1500), (1899, 3400)], [(0, 3400)]),
    ("a pause", [(0, 1500), (1900, 3400)], [(0, 1500), (1900, 3400)]),
    ("a pause after a short word", [(0, 300), (1900, 3400)], [(0, 3400)]),
    ("a pause before a short word", [(0, 1500), (1900, 2400)], [(0, 2400)]),
    (
        "too long for one chunk",
        [(0, 5000), (5050, 9000), (9300, 13000)],
        [(0, 9000), (9300, 13000)],
    ),
    ("one endless word", [(0, 20_000)], [(0, 20_000)]),
]


@pytest.mark.parametrize(
    ("times", "expected"), [row[1:] for row in SEGMENTS], ids=[row[0] for row in SEGMENTS]
)
def test_segments_are_cut_at_pauses(times: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert spans(assemble({1: [said(*times)]})) == [(1, *span) for span in expected]


def test_channels_are_interleaved_by_their_first_word() -> None:
    left = [said((0, 1200)), said((5000, 6500))]
    right = [said((0, 1100)), [], said((3000, 4200))]
    assert spans(assemble({1: left, 2: right})) == [
        (1, 0, 1200),
        (2, 0, 1100),
        (2, 3000, 4200),
        (1, 5000, 6500),
    ]


def test_a_chunk_has_its_text_and_its_mean_confidence() -> None:
    words = [
        Word(text="добрый", start_ms=0, end_ms=500, confidence=0.8),
        Word(text="день", start_ms=500, end_ms=900, confidence=0.6),
    ]
    (chunk,) = assemble({1: [words]})
    assert chunk.text == "Добрый день"
    assert chunk.confidence == pytest.approx(0.7)


speech = st.lists(st.tuples(st.integers(20, 900), st.integers(0, 900)), max_size=60)


@given(st.lists(st.lists(speech, max_size=4), min_size=1, max_size=3))
def test_every_word_comes_out_once_and_in_order(channels: list[list[list[tuple[int, int]]]]) -> None:
    per_channel = {}
    for number, segments in enumerate(channels, 1):
        now, rows = 0, []
        for segment in segments:
            times = []
            for length, pause in segment:
                times.append((now, now + length))
                now += length + pause
            rows.append(said(*times))
        per_channel[number] = rows
    made = assemble(per_channel)
    for number, rows in per_channel.items():
        heard = [word for chunk in made if chunk.channel == number for word in chunk.words]
        assert heard == [word for row in rows for word in row]
    assert all(chunk.words for chunk in made)
    starts = [chunk.words[0].start_ms for chunk in made]
    assert starts == sorted(starts)
    assert all(chunks.duration(chunk.words) <= chunks.CHUNK_MS_MAX for chunk in made)


def test_written_pieces_keep_the_times_of_the_words_they_came_from() -> None:
    spoken = ["встреча", "двадцать", "седьмого", "октября"]
    words = [
        Word(text=text, start_ms=500 * i, end_ms=500 * i + 400, confidence=0.2 * i)
        for i, text in enumerate(spoken)
    ]
    (chunk,) = assemble({1: [words]})
    assert chunk.text == "Встреча 27 октября"
    assert [word.text for word in chunk.words] == spoken
    assert " ".join(piece.text for piece in chunk.pieces) == chunk.text
    number = next(piece for piece in chunk.pieces if piece.text.startswith("27"))
    assert (number.start_ms, number.end_ms) in {(500, 1400), (500, 1900)}


def test_sentence_goes_on_over_a_pause_within_a_channel_and_not_into_another() -> None:
    def speaking(text: str, start_ms: int) -> list[Word]:
        return [
            Word(text=word, start_ms=start_ms + 400 * i, end_ms=start_ms + 400 * i + 380, confidence=1.0)
            for i, word in enumerate(text.split())
        ]

    left = [speaking("я думаю что мы", 0), speaking("поедем в москву", 2_050)]
    right = [speaking("да конечно хорошо", 2_000)]
    made = chunks.assemble({1: left, 2: right}, TextOptions(literature_text=True), "ru-RU")
    assert [(chunk.channel, chunk.text) for chunk in made] == [
        (1, "Я думаю, что мы"),
        (2, "Да, конечно, хорошо."),
        (1, "поедем в Москву."),
    ]
