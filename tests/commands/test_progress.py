"""What a batch shows: estimates, bars on a terminal, lines in a pipe."""

import io
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.commands.estimate import Estimate, clock
from govor.commands.outcomes import Outcome
from govor.commands.progress import Board, bar_of, printable
from govor.commands.sources import Source


class Screen(io.StringIO):
    """A terminal that keeps what was written."""

    def isatty(self) -> bool:
        return True


def sources_named(*names: str, size_bytes: int = 100) -> list[Source]:
    return [Source(shown=name, place=PurePosixPath(name), size_bytes=size_bytes) for name in names]


def done(name: str, audio_seconds: float = 60.0) -> Outcome:
    return Outcome(shown=name, state="done", audio_seconds=audio_seconds, seconds=2.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (9.4, "0:00:09"), (59.6, "0:01:00"), (3_723, "1:02:03")]
)
def test_a_clock_shows_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_time_left_follows_the_share_of_the_bytes() -> None:
    estimate = Estimate([100, 300], started=0.0)
    assert estimate.seconds_left(10.0) is None
    estimate.ended.add(0)
    estimate.audio_seconds = 120.0
    assert estimate.seconds_left(10.0) == pytest.approx(30.0)
    assert estimate.rate(10.0) == pytest.approx(12.0)
    assert estimate.summary(10.0) == "1 of 2, 25 %, 12 times real time, 0:00:30 left"


def test_what_was_there_before_says_nothing_about_the_speed() -> None:
    estimate = Estimate([100, 100, 100], started=0.0, skipped={0, 1})
    assert estimate.share() == 0.0
    estimate.shares[2] = 0.5
    assert estimate.seconds_left(10.0) == pytest.approx(10.0)


def test_a_recording_of_unknown_size_weighs_as_the_average() -> None:
    estimate = Estimate([100, 0, 300], started=0.0)
    assert estimate.weight(1) == 200.0
    assert Estimate([0, 0], started=0.0, ended={0}).share() == 0.5


@given(st.lists(st.integers(0, 10**9), max_size=20), st.data())
def test_the_share_is_a_share(sizes: list[int], data: st.DataObject) -> None:
    estimate = Estimate(sizes, started=0.0)
    for number in range(len(sizes)):
        place = data.draw(st.sampled_from(["skipped", "ended", "running", "waiting"]))
        if place == "running":
            estimate.shares[number] = data.draw(st.floats(0, 1))
        elif place != "waiting":
            getattr(estimate, place).add(number)
    assert 0.0 <= estimate.share() <= 1.0 + 1e-9


def test_a_pipe_gets_a_line_for_each_recording_that_is_over() -> None:
    file = io.StringIO()
    board = Board(sources_named("a.ogg", "b.ogg"), file, now=iter(range(100)).__next__)
    board.progress(0, 0.5)
    board.over(0, done("a.ogg"))
    board.over(
        1, Outcome(shown="b.ogg", state="failed", message="Invalid audio received", detail="found text")
    )
    board.finish()
    first, second = file.getvalue().splitlines()
    assert first.startswith("[1 of 2, 50 %, ")
    assert first.endswith("] a.ogg: 60 s of sound in 2.0 s")
    assert second == "govor: b.ogg: Invalid audio received (found text)"


def test_one_recording_in_a_pipe_says_nothing_unless_it_fails() -> None:
    file = io.StringIO()
    board = Board(sources_named("a.ogg"), file)
    board.over(0, done("a.ogg"))
    assert file.getvalue() == ""


def test_quiet_says_only_what_failed() -> None:
    file = Screen()
    board = Board(sources_named("a", "b"), file, quiet=True)
    board.progress(0, 0.5)
    board.over(0, done("a"))
    board.over(1, Outcome(shown="b", state="failed", message="bad"))
    assert file.getvalue() == "govor: b: bad\n"


def test_a_terminal_gets_bars_that_are_drawn_over_and_taken_away() -> None:
    file = Screen()
    board = Board(sources_named("a.ogg", "b.ogg"), file, now=iter(range(100)).__next__, width=lambda: 80)
    board.progress(0, 0.25)
    board.progress(1, 0.5)
    drawn = file.getvalue().split("\x1b[2K")[-1].splitlines()
    assert [line.split()[0] for line in drawn] == ["a.ogg", "b.ogg", "0"]
    assert "25%" in drawn[0]
    assert all(len(line) < 80 for line in drawn)
    board.over(0, done("a.ogg"))
    board.finish()
    assert "a.ogg: 60 s of sound in 2.0 s\n" in file.getvalue()
    assert file.getvalue().endswith("\x1b[A\x1b[2K")


def test_a_long_name_keeps_its_end() -> None:
    assert bar_of("/very/long/folder/of/calls/2026/11/22/call-17.ogg", 1.0).startswith("…")
    assert "call-17.ogg" in bar_of("/very/long/folder/of/calls/2026/11/22/call-17.ogg", 1.0)


@pytest.mark.parametrize("name", ["\x1b[2Jx", "a\rb", "a\nb", "\u202egpj.exe"])
def test_a_hostile_name_cannot_move_the_cursor(name: str) -> None:
    assert printable(name) != name
    assert printable(printable(name)) == printable(name)
    assert "\x1b" not in printable(name)
