"""What is remembered of operations, in each kind of database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from govor.records import Task
from govor.storage import journal, webhooks
from govor.storage.database import Database
from govor.storage.journal import Day, Ended, Journal, Query, name_of
from govor.storage.webhooks import DELIVERED, Webhooks
from tests.servers.postgres import PostgresMissing, postgres
from tests.tiny.service import ALICE, BOB

DAY_MS = 86_400_000
WAIT_SECONDS = 60.0  # for what must happen
URI = "https://storage.yandexcloud.net/bucket/calls/%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA%201.ogg?X-Amz-Signature=x"
DONE = Ended(state="done", audio_ms=2_000, channels=2)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the tables are."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('journal') / 'keys.db'}"
        return
    try:
        with postgres() as server:
            yield server.create()
    except PostgresMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def kept(url: str) -> Iterator[Journal]:
    """An empty journal."""
    database = Database(url)
    with database.begin() as connection:
        for table in (
            journal.operation,
            journal.usage,
            journal.waveform,
            webhooks.webhook,
            webhooks.delivery,
        ):
            connection.execute(table.delete())
    yield Journal(database)
    database.close()


def begun(kept: Journal, number: int, name: str = "", webhook: str = "") -> str:
    """An operation noted at second `number`; its id."""
    identity = f"e03{number:017d}"
    kept.begin(identity, Task(uri=URI, name=name, webhook=webhook), ALICE, number * 1000)
    return identity


def test_a_line_is_written_once_and_has_its_files_name(kept: Journal) -> None:
    identity = begun(kept, 1)
    begun(kept, 1, name="another")
    line = kept.line(identity)
    assert line is not None
    assert (line.name, line.folder_id, line.state) == ("звонок 1.ogg", ALICE.folder_id, "")
    assert "Signature" not in line.uri
    assert kept.line("e03" + "9" * 17) is None


def test_an_end_is_counted_and_told_once(kept: Journal) -> None:
    hooks = Webhooks(kept.database)
    hook = hooks.create(ALICE, "https://example.org/1", "", 0)
    hooks.create(BOB, "https://example.org/2", "", 0)
    first = begun(kept, 1, webhook="https://example.org/own")
    second = begun(kept, 2)
    now_ms = 20_000 * DAY_MS
    assert kept.settle(first, DONE, now_ms)
    assert not kept.settle(first, Ended(state="failed"), now_ms)
    assert kept.settle(second, Ended(state="failed"), now_ms + DAY_MS)
    assert not kept.settle("e03" + "9" * 17, DONE, now_ms)
    days = kept.days(ALICE.folder_id, journal.day_of(now_ms + DAY_MS), 3)
    assert days == [
        Day(day="2024-10-03"),
        Day(day="2024-10-04", operations=1, audio_ms=4_000),
        Day(day="2024-10-05", operations=1, failures=1),
    ]
    assert kept.days(BOB.folder_id, "2024-10-05", 1) == [Day(day="2024-10-05")]
    due = hooks.take(now_ms, 1000, 10)
    assert sorted(each.url for each in due) == ["https://example.org/1", "https://example.org/own"]
    assert hooks.take(now_ms + 999, 1000, 10) == []
    hooks.note(due[0].id, state=DELIVERED, attempts=1, next_ms=now_ms, answer="HTTP 200")
    assert len(hooks.take(now_ms + 1000, 1000, 10)) == 1
    assert hooks.forget(now_ms + 1) == 1
    hooks.delete(ALICE, hook.id)
    assert hooks.of(ALICE) == []


def test_lines_are_found_by_name_id_time_and_state(kept: Journal) -> None:
    ids = [begun(kept, number, name=name) for number, name in enumerate(("Анна 100%", "анна", "Борис_7"), 1)]
    kept.settle(ids[1], DONE, 0)

    def found(**query: object) -> list[str]:
        return [line.id for line in kept.lines(ALICE.folder_id, replace(Query(), **query))]  # type: ignore[arg-type]

    assert found() == ids[::-1]
    assert found(text="АННА") == [ids[1], ids[0]]
    assert found(text="%") == [ids[0]]
    assert found(text="_") == [ids[2]]
    assert found(text=ids[2][-5:]) == [ids[2]]
    assert found(since_ms=2_000, until_ms=3_000) == [ids[1]]
    assert found(states=frozenset({"failed"})) == [ids[2], ids[0]]
    assert found(before=(2_000, ids[1])) == [ids[0]]
    assert kept.lines(BOB.folder_id, Query()) == []


def test_what_has_no_end_is_found_oldest_first(kept: Journal) -> None:
    ids = [begun(kept, number) for number in (1, 2, 3)]
    kept.settle(ids[1], DONE, 0)
    assert [line.id for line in kept.unsettled(10_000, (0, ""))] == [ids[0], ids[2]]
    assert [line.id for line in kept.unsettled(10_000, (1_000, ids[0]))] == [ids[2]]
    assert [line.id for line in kept.unsettled(3_000, (0, ""))] == [ids[0]]
    assert kept.settled(10_000) == [ids[1]]


def test_speakers_and_waveforms_are_kept_and_forgotten(kept: Journal) -> None:
    identity = begun(kept, 1)
    kept.name_speakers(identity, {"1": "Анна"})
    kept.keep_waveform(identity, b"first")
    kept.keep_waveform(identity, b"second")
    line = kept.line(identity)
    assert line is not None
    assert line.speakers == {"1": "Анна"}
    assert kept.waveform(identity) == b"first"
    kept.forget([identity])
    assert (kept.line(identity), kept.waveform(identity)) == (None, None)


def test_of_several_who_write_the_same_at_once_one_does(kept: Journal) -> None:
    hooks, identity = Webhooks(kept.database), "e0300000000000000001"
    together = Barrier(4)

    def write(content: bytes) -> str:
        together.wait(WAIT_SECONDS)
        begun(kept, 1)
        kept.keep_waveform(identity, content)
        return hooks.signing_secret("b1grace")

    with ThreadPoolExecutor(4) as threads:
        secrets = set(threads.map(write, (b"1", b"2", b"3", b"4")))
    assert len(secrets) == 1
    assert [line.id for line in kept.lines(ALICE.folder_id, Query())] == [identity]
    assert kept.waveform(identity) in (b"1", b"2", b"3", b"4")


def test_the_secret_of_a_folder_stays(kept: Journal) -> None:
    hooks = Webhooks(kept.database)
    assert hooks.signing_secret("b1g1") == hooks.signing_secret("b1g1") != hooks.signing_secret("b1g2")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("s3://bucket/a.ogg", "a.ogg"),
        ("https://example.org/", ""),
        ("", ""),
        ("https://example.org/a%0Ab%00.ogg?x=/y.ogg", "ab.ogg"),
        ("https://example.org/%ff.ogg", "\ufffd.ogg"),
    ],
)
def test_a_file_has_the_name_of_its_link(uri: str, name: str, tmp_path: Path) -> None:
    assert name_of(uri) == name
