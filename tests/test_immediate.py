"""Streams and short recordings in front of the tiny recogniser: same words however bytes come, all limits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from govor.engine import fairness
from govor.errors import BadAudio, BadRequest, GovorError, OutOfRange, QuotaExceeded, TooLarge
from govor.immediate import FOLDER, Immediate, Places, deadlines
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.stream_events import (
    AllHeard,
    Final,
    Input,
    Output,
    Partial,
    Silence,
    Sound,
    Spoken,
    Stop,
    StreamTask,
    UtteranceEnd,
)
from govor.records import AudioEncoding, AudioSpec
from govor.settings import Settings
from govor.telemetry import Metrics
from tests.recognition.test_segments import RATE, pcm, silence, voice
from tests.tiny.immediate import immediate, tiny_pool

TALK = pcm(silence(0.6), voice(1.4, 4_000), silence(1.0), voice(1.2, 2_000), silence(0.9)).tobytes()
AUDIO = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=RATE)
TASK = StreamTask(audio=AUDIO, language="ru-RU")


pytestmark = pytest.mark.asyncio(loop_scope="module")
Opened = Callable[..., Immediate]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[RecogniserPool]:
    """One for all tests: its processes take a second to start."""
    made = tiny_pool()
    yield made
    await made.stop()


@pytest.fixture
def opened(pool: RecogniserPool, tmp_path: Path) -> Iterator[Opened]:
    """Make one with these settings; that nothing is left of its calls is checked when the test is done."""

    def make(**settings: Any) -> Immediate:
        return immediate(Settings(**{"data_dir": tmp_path, "disk_free_bytes_min": 0, **settings}), pool)

    yield make
    assert not (tmp_path / FOLDER).exists() or not list((tmp_path / FOLDER).iterdir())


async def inputs(given: Iterable[Input]) -> AsyncIterator[Input]:
    for each in given:
        yield each


def sounds(data: bytes, size: int) -> list[Input]:
    return [Sound(data[at : at + size]) for at in range(0, len(data), size)]


async def events(made: Immediate, given: Iterable[Input], task: StreamTask = TASK) -> list[Output]:
    """All but the word that there are no more."""
    return [event async for event in made.stream(task, inputs(given)) if not isinstance(event, AllHeard)]


def finals(found: Sequence[Output]) -> list[Final]:
    return [event for event in found if isinstance(event, Final)]


def told(found: Sequence[Output]) -> list[tuple[str, str, int]]:
    """Finals and ends, as what can be compared."""
    return [
        ("final", event.text, event.end_ms) if isinstance(event, Final) else ("end", "", event.time_ms)
        for event in found
        if isinstance(event, Final | UtteranceEnd)
    ]


async def test_any_split_of_the_same_bytes_gives_the_same_finals(opened: Opened) -> None:
    made = opened()
    whole = told(await events(made, [Sound(TALK)]))
    assert [kind for kind, _, _ in whole] == ["final", "end", "final", "end"]
    random = np.random.default_rng(1)
    for number in (1, 3, 17):
        cuts = sorted(random.integers(0, len(TALK), number).tolist())
        pieces = [TALK[a:b] for a, b in zip([0, *cuts], [*cuts, len(TALK)], strict=True)]
        assert told(await events(made, [Sound(piece) for piece in pieces])) == whole


async def test_a_final_is_what_a_recording_of_the_same_sound_gives(opened: Opened) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield TALK

    made = opened()
    streamed = finals(await events(made, sounds(TALK, 1_600)))
    transcript = await made.transcribe(content(), TASK, bytes_max=1 << 20, seconds_max=30)
    afterwards = await made.full_data(TASK, inputs(sounds(TALK, 1_600)))
    heard = [[word.text for word in chunk.words] for chunk in transcript.chunks]
    assert [[word.text for word in final.words] for final in streamed] == heard
    assert [final.text for final in streamed] == [chunk.text for chunk in transcript.chunks]
    assert afterwards.chunks == transcript.chunks


async def test_partials_grow_before_their_final(opened: Opened) -> None:
    heard = asyncio.Event()

    async def spoken() -> AsyncIterator[Input]:
        """Half of the first utterance; the rest when a partial of that has come."""
        yield Sound(TALK[: 3 * RATE])
        await heard.wait()
        for each in sounds(TALK[3 * RATE :], 1_600):
            yield each

    found = []
    async for event in opened().stream(TASK, spoken()):
        found.append(event)
        if isinstance(event, Partial):
            heard.set()
    partials = [event for event in found if isinstance(event, Partial)]
    assert partials
    assert all(event.words and event.cursors.partial_ms == event.end_ms for event in partials)
    assert [event.end_ms for event in partials] == sorted(event.end_ms for event in partials)
    assert isinstance(found[-2], UtteranceEnd)


async def test_the_last_event_counts_all_sound_whatever_came_behind_the_words(
    opened: Opened,
) -> None:
    made = opened()
    for tail in (b"", bytes(2 * RATE), bytes(2 * (RATE // 20))):
        last = [event async for event in made.stream(TASK, inputs(sounds(TALK + tail, 1_600)))][-1]
        assert isinstance(last, AllHeard)
        assert last.cursors.received_ms == len(TALK + tail) // 2 * 1000 // RATE


async def test_no_partials_where_none_are_wanted(opened: Opened) -> None:
    task = StreamTask(audio=AUDIO, language="ru-RU", partials=False)
    made = opened()
    found = await events(made, sounds(TALK, 1_600), task)
    assert [type(event) for event in found] == [Final, UtteranceEnd, Final, UtteranceEnd]


async def test_the_caller_may_say_where_an_utterance_ends(opened: Opened) -> None:
    task = StreamTask(audio=AUDIO, language="ru-RU", pause_ms=None, partials=False)
    half = 2 * 3 * RATE
    made = opened()
    found = await events(made, [Sound(TALK[:half]), Stop(), Sound(TALK[half:]), Stop()], task)
    assert [type(event) for event in found] == [Final, UtteranceEnd, Final, UtteranceEnd]
    assert [event.time_ms for event in found if isinstance(event, UtteranceEnd)] == [
        3_000,
        len(TALK) // 2 * 1000 // RATE,
    ]
    never = await events(made, [Sound(TALK)], task)
    assert [type(event) for event in never] == [Final, UtteranceEnd]


async def test_a_stream_for_one_utterance_ends_after_it(opened: Opened) -> None:
    task = StreamTask(audio=AUDIO, language="ru-RU", partials=False, single_utterance=True)
    made = opened()
    found = await events(made, sounds(TALK, 1_600), task)
    assert [type(event) for event in found] == [Final, UtteranceEnd]


@pytest.mark.parametrize("given", [[], [Sound(bytes(2 * RATE))], [Silence(2_000)]])
async def test_silence_is_one_final_without_words(opened: Opened, given: list[Input]) -> None:
    made = opened()
    found = await events(made, given)
    assert [type(event) for event in found] == [Final, UtteranceEnd]
    assert finals(found)[0].words == ()


async def test_a_silence_takes_its_time(opened: Opened) -> None:
    made = opened()
    found = finals(await events(made, [Silence(5_000), Sound(TALK)]))
    late = finals(await events(made, [Sound(TALK)]))
    assert [f.words[0].start_ms - 5_000 for f in found] == [f.words[0].start_ms for f in late]


@pytest.mark.parametrize(
    ("settings", "given", "error"),
    [
        ({"stream_seconds_max": 2}, [Sound(TALK)], OutOfRange),
        ({"stream_seconds_max": 2}, [Silence(60_000)], OutOfRange),
        ({"stream_bytes_max": 1_000}, [Sound(bytes(600)), Sound(bytes(600))], OutOfRange),
        ({"streams_max": 0}, [Sound(TALK)], QuotaExceeded),
        ({}, [Sound(b"fLaC" + bytes(2_000))], BadAudio),
    ],
)
async def test_a_stream_beyond_a_limit_is_told_so(
    opened: Opened, settings: dict[str, Any], given: list[Input], error: type[GovorError]
) -> None:
    made = opened(**settings)
    with pytest.raises(error):
        await events(made, given)
    if error is not QuotaExceeded and given != [Sound(b"fLaC" + bytes(2_000))]:
        with pytest.raises(error):
            await made.full_data(TASK, inputs(given))


async def test_a_silence_in_a_container_needs_a_real_stream(opened: Opened) -> None:
    task = StreamTask(audio=AudioSpec(), language="ru-RU")
    made = opened()
    with pytest.raises(BadRequest):
        await made.full_data(task, inputs([Silence(100)]))


async def test_a_caller_who_goes_leaves_nothing_behind(opened: Opened) -> None:
    async def endless() -> AsyncIterator[Input]:
        while True:
            yield Sound(TALK[: 2 * RATE])
            await asyncio.sleep(0.02)

    made = opened(streams_max=1)
    async with aclosing(made.stream(TASK, endless())) as found:
        await anext(found)
    again = await events(made, [Sound(TALK)])  # the one place is free
    assert len(finals(again)) == 2


async def test_a_short_recording_has_its_limits(opened: Opened) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield TALK

    spoken = Spoken(audio=AUDIO, language="ru-RU")
    made = opened()
    with pytest.raises(TooLarge):
        await made.transcribe(content(), spoken, bytes_max=100, seconds_max=30)
    with pytest.raises(TooLarge):
        await made.transcribe(content(), spoken, bytes_max=1 << 20, seconds_max=2)
    made = opened(short_requests_max=0)
    with pytest.raises(QuotaExceeded):
        await made.transcribe(content(), spoken, bytes_max=1 << 20, seconds_max=30)


async def test_the_first_minute_goes_before_operations_and_the_rest_among_them() -> None:
    now = fairness.EPOCH_SECONDS + 1_000_000
    of = deadlines(now)
    assert of(0) < fairness.deadline(fairness.EPOCH_SECONDS, 0, 1)
    assert [of(part) for part in (1, 50)] == [fairness.deadline(now, part, 6) for part in (1, 50)]


async def test_a_place_is_free_again_when_its_taker_fails() -> None:
    places = Places(1, "guests", Metrics().streams)
    with pytest.raises(ZeroDivisionError), places.one():
        raise ZeroDivisionError
    with places.one(), pytest.raises(QuotaExceeded), places.one():
        pass
    assert places.taken == 0
