"""Many recordings at once: order, failures, what is there already, what stops everything."""

import asyncio
import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from govor.client import errors as client
from govor.commands import sources
from govor.commands.batch import Batch, Progress
from govor.commands.outcomes import Made, Outcome
from govor.commands.outputs import Outputs
from govor.commands.progress import Board
from govor.commands.sources import Source
from govor.commands.watching import Watcher
from govor.errors import BadAudio


@dataclass
class Typist:
    """Transcribes what the file says: real files, no sound. The larger the number in it, the quicker."""

    at_once: int = 0
    most_at_once: int = 0
    delivered_names: list[str] = field(default_factory=list)

    async def ready(self) -> None:
        """Always."""

    async def transcribe(self, source: Source, progress: Progress) -> Made:
        """Raises what the file is named after."""
        assert source.path is not None
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            text = source.path.read_text()
            await asyncio.sleep(0.02 / max(1, int(text)))
            progress(0.5)
        finally:
            self.at_once -= 1
        if source.path.stem == "bad":
            raise BadAudio("Invalid audio received", "found text")
        if source.path.stem == "away":
            raise client.Unreachable("nobody answers")
        return Made(files={"text": text.encode()}, audio_seconds=1.0)

    async def delivered(self, source: Source) -> None:
        """Notes it."""
        self.delivered_names.append(source.place.name)


def found(root: Path, *names: str) -> list[Source]:
    for number, name in enumerate(names, 1):
        (root / name).write_text(str(number))
    return sources.placed([each for name in names for each in sources.of_name(str(root / name))])


async def outcomes(batch: Batch, some: list[Source]) -> list[Outcome]:
    return [each async for each in batch.run(some, Board(some, io.StringIO()))]


async def test_outcomes_come_in_the_order_of_the_sources_and_jobs_are_bounded(tmp_path: Path) -> None:
    some = found(tmp_path, *(f"{number:02d}.ogg" for number in range(12)))
    typist = Typist()
    over = await outcomes(Batch(transcribing=typist, outputs=None, jobs=3), some)
    assert [each.files["text"].decode() for each in over] == [str(number) for number in range(1, 13)]
    assert typist.most_at_once == 3


async def test_a_bad_recording_does_not_stop_the_others(tmp_path: Path) -> None:
    some = found(tmp_path, "a.ogg", "bad.ogg", "c.ogg")
    over = await outcomes(Batch(transcribing=Typist(), outputs=None, jobs=2), some)
    assert [each.state for each in over] == ["done", "failed", "done"]
    assert over[1].told == f"{tmp_path / 'bad.ogg'}: Invalid audio received (found text)"
    assert over[1].document["error"]["code"] == 3


async def test_a_service_that_is_away_stops_everything(tmp_path: Path) -> None:
    some = found(tmp_path, "a.ogg", "away.ogg", *(f"z{number}.ogg" for number in range(50)))
    typist = Typist()
    with pytest.raises(client.Unreachable):
        await outcomes(Batch(transcribing=typist, outputs=None, jobs=1), some)
    assert typist.delivered_names == ["a"]
    assert typist.at_once == 0


async def test_what_is_there_is_not_made_again_unless_it_is_older(tmp_path: Path) -> None:
    some = found(tmp_path, "a.ogg", "b.ogg")
    batch = Batch(transcribing=Typist(), outputs=Outputs(folder=tmp_path / "out", formats=["text"]), jobs=2)
    assert [each.state for each in await outcomes(batch, some)] == ["done", "done"]
    assert [each.state for each in await outcomes(batch, some)] == ["skipped", "skipped"]
    (tmp_path / "out" / "b.txt").unlink()
    assert [each.state for each in await outcomes(batch, some)] == ["skipped", "done"]
    anew = Batch(transcribing=Typist(), outputs=batch.outputs, jobs=2, again=True)
    assert [each.state for each in await outcomes(anew, some)] == ["done", "done"]


async def test_an_output_that_cannot_be_written_is_a_failure_and_is_not_forgotten(tmp_path: Path) -> None:
    some = found(tmp_path, "a.ogg")
    (tmp_path / "out").write_text("a file where the folder should be")
    typist = Typist()
    batch = Batch(transcribing=typist, outputs=Outputs(folder=tmp_path / "out", formats=["text"]), jobs=1)
    (outcome,) = await outcomes(batch, some)
    assert outcome.state == "failed"
    assert typist.delivered_names == []


@dataclass
class Watched:
    """A folder that is watched, and a clock that stands until it is moved."""

    root: Path
    told: list[Outcome] = field(default_factory=list)
    seconds_later: float = 0.0

    def watcher(self) -> Watcher:
        outputs = Outputs(folder=self.root.parent / "out", formats=["text"])
        batch = Batch(transcribing=Typist(), outputs=outputs, jobs=2)
        return Watcher(self.root, batch, self.told.append, recursive=True, settle_seconds=5, clock=self.clock)

    def clock(self) -> float:
        newest = max(path.stat().st_mtime for path in self.root.rglob("*"))
        return newest + self.seconds_later


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    (tmp_path / "in").mkdir()
    return Watched(tmp_path / "in")


def names(looked: tuple[list[Source], bool]) -> list[str]:
    return [source.place.name for source in looked[0]]


def test_a_recording_is_taken_once_when_it_has_stopped_growing(watched: Watched) -> None:
    watcher = watched.watcher()
    (watched.root / "a.ogg").write_text("1")
    assert names(watcher.look()) == []  # seen for the first time
    assert names(watcher.look()) == []  # changed just now
    watched.seconds_later = 6
    (watched.root / "a.ogg").write_text("123")
    assert names(watcher.look()) == []  # another size than at the last look
    assert names(watcher.look()) == ["a"]
    assert names(watcher.look()) == []
    (watched.root / "a.ogg").write_text("12345")
    assert watcher.look() == ([], True)
    assert names(watcher.look()) == ["a"]  # changed: taken again


@pytest.mark.parametrize(
    ("seconds_later", "taken"),
    [(4.9, []), (5.1, ["a"]), (-4.9, []), (-3600, ["a"])],
    ids=["just written", "settled", "a clock a little behind", "a clock that says nothing"],
)
def test_the_age_of_a_recording_is_told_by_either_clock(
    watched: Watched, seconds_later: float, taken: list[str]
) -> None:
    watcher = watched.watcher()
    (watched.root / "a.ogg").write_text("1")
    watched.seconds_later = seconds_later
    assert names(watcher.look()) == []
    assert names(watcher.look()) == taken


async def run_once(watcher: Watcher) -> int:
    return await watcher.run(asyncio.Event(), poll_seconds=0.01, once=True)


async def test_a_restarted_watch_goes_on_where_it_was(watched: Watched) -> None:
    watched.seconds_later = 6
    for name in ("a.ogg", "bad.ogg"):
        (watched.root / name).write_text("1")
    assert await run_once(watched.watcher()) == 1
    (watched.root / "b.ogg").write_text("2")
    assert await run_once(watched.watcher()) == 1
    assert sorted(Path(each.shown).name for each in watched.told) == ["a.ogg", "b.ogg", "bad.ogg", "bad.ogg"]
    assert {path.name for path in (watched.root.parent / "out").iterdir()} == {"a.txt", "b.txt"}


async def test_a_watch_ends_when_it_is_told_to(watched: Watched) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(watched.watcher().run(stop, poll_seconds=0.01, once=False))
    await asyncio.sleep(0.05)
    assert not running.done()
    stop.set()
    assert await running == 0
