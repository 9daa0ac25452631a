"""Parts without I/O: pictures, progress, names of files, page tokens."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.api.extensions.file_names import disposition
from govor.api.extensions.parameters import page_token, read_page_token
from govor.engine import progress
from govor.engine.progress import Notes, Stage
from govor.engine.states import State
from govor.pipeline.clips import SAMPLE
from govor.pipeline.waveform import PEAKS_MAX, Peaks, packed, unpacked

PREPARED = {"parts": 4, "audio_ms": 200_000, "channels": 1}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=3_000), st.integers(1, 3))
def test_peaks_do_not_depend_on_how_the_blocks_are_cut(levels: list[int], steps: int) -> None:
    rate_hz = 1_000
    sound = np.array([levels, levels[::-1]], SAMPLE)
    whole, parts = Peaks(rate_hz), Peaks(rate_hz)
    whole.feed(sound)
    for start in range(0, sound.shape[1], 50 * steps):
        parts.feed(sound[:, start : start + 50 * steps])
    assert whole.finish() == parts.finish()


def test_four_hours_are_a_few_kilobytes() -> None:
    rate_hz, rng = 1_000, np.random.default_rng(1)
    peaks = Peaks(rate_hz)
    for _ in range(4 * 360):
        peaks.feed(rng.integers(-30_000, 30_000, (2, 10 * rate_hz)).astype(SAMPLE))
    speech = [(channel, 4_000 * turn, 4_000 * turn + 2_500) for turn in range(3_600) for channel in (2, 1)]
    content = packed(4 * 3_600_000, peaks.finish(), speech)
    drawn = unpacked(content)
    assert len(content) < 16_000
    assert [len(channel) for channel in drawn.peaks] == [PEAKS_MAX] * 2
    assert (
        drawn.speech[0] == drawn.speech[1] == [(begin, end) for channel, begin, end in speech if channel == 1]
    )


@pytest.mark.parametrize(
    ("state", "notes", "stage", "share", "left"),
    [
        (State.QUEUED, Notes(), Stage.QUEUED, 0, None),
        (State.RUNNING, Notes(), Stage.FETCHING, 0.01, None),
        (State.RUNNING, Notes(steps={"fetch": 0}), Stage.PREPARING, 0.03, None),
        (
            State.RUNNING,
            Notes(steps={"fetch": 0, "prepare": 1_000}, prepared=PREPARED),
            Stage.RECOGNISING,
            0.1,
            None,
        ),
        (
            State.RUNNING,
            Notes(steps={"fetch": 0, "prepare": 1_000}, prepared=PREPARED, parts_done=1),
            Stage.RECOGNISING,
            0.32,
            33.0,
        ),
        (
            State.RUNNING,
            Notes(steps={"fetch": 0, "prepare": 1_000}, prepared=PREPARED, parts_done=4),
            Stage.FINISHING,
            0.98,
            None,
        ),
        (
            State.RUNNING,
            Notes(steps={"fetch": 0, "prepare": 0}, prepared={**PREPARED, "parts": 0}),
            Stage.FINISHING,
            0.98,
            None,
        ),
        (
            State.RUNNING,
            Notes(steps={"fetch": 0, "prepare": 0, "recognise": 0}, prepared={**PREPARED, "parts": 1}),
            Stage.FINISHING,
            0.98,
            None,
        ),
        (State.FAILED, Notes(steps={"fetch": 0}), Stage.FINISHED, 1, None),
    ],
)
def test_progress_follows_the_notes(
    state: State, notes: Notes, stage: Stage, share: float, left: float | None
) -> None:
    found = progress.of(state, notes, now_ms=11_000)
    assert (found.stage, found.share, found.seconds_left) == (stage, share, left)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["", ".txt", ".docx"]))
def test_every_name_makes_one_line_of_a_header(name: str, suffix: str) -> None:
    value = disposition(name, suffix)
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert value.endswith(suffix)
    assert not set("/\\<>:|") & set(value)


@pytest.mark.parametrize("after", [None, (0, "e03"), (1_763_856_000_000, "e03" + "v" * 17)])
def test_page_tokens_come_back(after: Any) -> None:
    token = page_token(after)
    assert read_page_token({"pageToken": token or ""}) == after
