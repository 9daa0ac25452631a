"""What is remembered of operations besides the engine's rows: names, speakers, waveforms, usage by day.

Rule 1: a line is there before its operation is accepted; one whose operation never came is swept.
Rule 2: where an operation stands is the engine's to say. `state` is written once, when it has ended, in the
        transaction that counts it and notes whom to tell: each of that happens once.
Rule 3: usage by day outlives the operations; it names none.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from govor.records import Caller, Task
from govor.storage import webhooks
from govor.storage.database import FOLDER_CHARS_MAX, ID_CHARS, Database, insert_if_absent, metadata
from govor.storage.uris import CONTROL

NAME_CHARS_MAX = 200  # a file's name; people read it in lists
LIST_MAX = 500  # lines read at a time
USAGE_DAYS_KEPT = 400  # a year and some, for comparison

operation = sa.Table(
    "govor_operation",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("subject_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("search", sa.Text, nullable=False),  # the name in lower case
    sa.Column("uri", sa.Text, nullable=False),  # without its query, which may be a credential
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # empty until it has ended
    sa.Column("audio_ms", sa.BigInteger),
    sa.Column("channels", sa.Integer),
    sa.Column("speakers", sa.Text, nullable=False),  # JSON: channel → name
    sa.Column("webhook", sa.Text, nullable=False),  # of this operation alone; empty for none
    sa.Column("webhook_secret", sa.Text, nullable=False),
)
sa.Index("govor_operation_listed", operation.c.folder_id, operation.c.created_ms, operation.c.id)
sa.Index("govor_operation_unsettled", operation.c.state, operation.c.created_ms)
waveform = sa.Table(
    "govor_waveform",
    metadata,
    sa.Column("operation_id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),  # pipeline/waveform.py writes and reads it
)
usage = sa.Table(
    "govor_usage_of_day",
    metadata,
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),  # 2026-11-22, UTC
    sa.Column("operations", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("audio_ms", sa.BigInteger, nullable=False),  # summed over channels
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What is remembered of one operation."""

    id: str
    folder_id: str
    subject_id: str
    name: str
    uri: str
    language: str
    model: str
    created_ms: int
    state: str = ""
    audio_ms: int | None = None
    channels: int | None = None
    speakers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How an operation ended: done, failed or cancelled; what is known of its recording."""

    state: str
    audio_ms: int | None = None
    channels: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which lines are wanted, newest first. Moments are ms since the epoch."""

    text: str = ""  # part of the name or of the id
    since_ms: int | None = None
    until_ms: int | None = None
    states: frozenset[str] = frozenset()  # how they ended; those that have not are always there. Empty: any
    before: tuple[int, str] | None = None  # created_ms and id of the last one seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What a folder used on one day."""

    day: str
    operations: int = 0
    failures: int = 0
    audio_ms: int = 0


class Journal:
    """The tables; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, operation_id: str, task: Task, caller: Caller, created_ms: int) -> None:
        """Note an operation that is about to be accepted; one that is noted already stays as it is."""
        name = (task.name or name_of(task.uri))[:NAME_CHARS_MAX]
        row = {
            "id": operation_id,
            "folder_id": caller.folder_id,
            "subject_id": caller.subject_id,
            "name": name,
            "search": name.lower(),
            "uri": without_query(task.uri),
            "language": task.language,
            "model": task.model,
            "created_ms": created_ms,
            "state": "",
            "speakers": "{}",
            "webhook": task.webhook,
            "webhook_secret": task.webhook_secret,
        }
        with self.database.begin() as connection:
            insert_if_absent(connection, operation, row)

    def settle(self, operation_id: str, ended: Ended, now_ms: int) -> bool:
        """Note once how an operation ended, count it, and note whom to tell. Whether it was news."""
        change = (
            sa.update(operation)
            .where(operation.c.id == operation_id, operation.c.state == "")
            .values(state=ended.state, audio_ms=ended.audio_ms, channels=ended.channels)
        )
        with self.database.begin() as connection:
            if connection.execute(change).rowcount == 0:
                return False
            row = connection.execute(sa.select(operation).where(operation.c.id == operation_id)).one()
            count(connection, row.folder_id, ended, now_ms)
            webhooks.expect(
                connection,
                webhooks.News(
                    operation_id=operation_id,
                    folder_id=row.folder_id,
                    subject_id=row.subject_id,
                    url=row.webhook,
                    secret=row.webhook_secret,
                ),
                now_ms,
            )
        return True

    def reopen(self, operation_id: str) -> None:
        """The operation runs again; its next end is noted, counted and told like the first."""
        change = sa.update(operation).where(operation.c.id == operation_id).values(state="")
        with self.database.begin() as connection:
            connection.execute(change)

    def line(self, operation_id: str) -> Line | None:
        """What is remembered of an operation; None of those that were accepted before there was a journal."""
        with self.database.connect() as connection:
            row = connection.execute(sa.select(operation).where(operation.c.id == operation_id)).first()
        return line_of(row) if row is not None else None

    def lines(self, folder_id: str, query: Query, limit: int = LIST_MAX) -> list[Line]:
        """At most `limit` lines of a folder, newest first."""
        asked = wanted(query).where(operation.c.folder_id == folder_id)
        order = asked.order_by(operation.c.created_ms.desc(), operation.c.id.desc()).limit(limit)
        with self.database.connect() as connection:
            return [line_of(row) for row in connection.execute(order)]

    def unsettled(self, before_ms: int, after: tuple[int, str], limit: int = LIST_MAX) -> list[Line]:
        """Lines without an end that are older than `before_ms`, oldest first, from behind `after` on."""
        created, identity = operation.c.created_ms, operation.c.id
        behind = sa.or_(created > after[0], sa.and_(created == after[0], identity > after[1]))
        asked = sa.select(operation).where(operation.c.state == "", created < before_ms, behind)
        with self.database.connect() as connection:
            return [
                line_of(row) for row in connection.execute(asked.order_by(created, identity).limit(limit))
            ]

    def name_speakers(self, operation_id: str, speakers: Mapping[str, str]) -> None:
        """Keep the names of an operation's channels."""
        text = json.dumps(dict(speakers), ensure_ascii=False)
        change = sa.update(operation).where(operation.c.id == operation_id).values(speakers=text)
        with self.database.begin() as connection:
            connection.execute(change)

    def keep_waveform(self, operation_id: str, content: bytes) -> None:
        """Keep what pipeline/waveform.py wrote; the first one stays."""
        with self.database.begin() as connection:
            insert_if_absent(connection, waveform, {"operation_id": operation_id, "content": content})

    def waveform(self, operation_id: str) -> bytes | None:
        """The waveform as it was kept; None when there is none."""
        asked = sa.select(waveform.c.content).where(waveform.c.operation_id == operation_id)
        with self.database.connect() as connection:
            found: bytes | None = connection.execute(asked).scalar_one_or_none()
        return found

    def forget(self, operation_ids: Iterable[str]) -> None:
        """Drop lines and waveforms; who is to be told of their end still is."""
        gone = list(operation_ids)
        if gone:
            with self.database.begin() as connection:
                connection.execute(sa.delete(waveform).where(waveform.c.operation_id.in_(gone)))
                connection.execute(sa.delete(operation).where(operation.c.id.in_(gone)))

    def settled(self, before_ms: int, limit: int = LIST_MAX) -> list[str]:
        """Operations that have ended and were created before that moment; their results may have expired."""
        asked = sa.select(operation.c.id).where(operation.c.state != "", operation.c.created_ms < before_ms)
        with self.database.connect() as connection:
            return list(connection.execute(asked.order_by(operation.c.created_ms).limit(limit)).scalars())

    def days(self, folder_id: str, today: str, count: int) -> list[Day]:
        """The last `count` days of a folder, oldest first, `today` the last."""
        last = datetime.fromisoformat(today)
        names = [(last - timedelta(days=back)).date().isoformat() for back in range(count - 1, -1, -1)]
        columns = (usage.c.day, usage.c.operations, usage.c.failures, usage.c.audio_ms)
        asked = sa.select(*columns).where(usage.c.folder_id == folder_id, usage.c.day >= names[0])
        with self.database.connect() as connection:
            found = {row.day: Day(**row._asdict()) for row in connection.execute(asked)}
        return [found.get(name, Day(day=name)) for name in names]


def wanted(query: Query) -> sa.Select[Any]:
    """The lines that a query asks for, of every folder."""
    created, identity = operation.c.created_ms, operation.c.id
    asked = sa.select(operation)
    if query.text:
        text = query.text.lower()
        asked = asked.where(
            sa.or_(
                operation.c.search.contains(text, autoescape=True), identity.contains(text, autoescape=True)
            )
        )
    if query.since_ms is not None:
        asked = asked.where(created >= query.since_ms)
    if query.until_ms is not None:
        asked = asked.where(created < query.until_ms)
    if query.states:
        asked = asked.where(sa.or_(operation.c.state == "", operation.c.state.in_(sorted(query.states))))
    if query.before is not None:
        created_ms, last = query.before
        asked = asked.where(sa.or_(created < created_ms, sa.and_(created == created_ms, identity < last)))
    return asked


def count(connection: sa.Connection, folder_id: str, ended: Ended, now_ms: int) -> None:
    """Add an operation to its folder's day."""
    day = day_of(now_ms)
    failures = int(ended.state != "done")
    audio_ms = (ended.audio_ms or 0) * (ended.channels or 1)
    change = (
        sa.update(usage)
        .where(usage.c.folder_id == folder_id, usage.c.day == day)
        .values(
            operations=usage.c.operations + 1,
            failures=usage.c.failures + failures,
            audio_ms=usage.c.audio_ms + audio_ms,
        )
    )
    if connection.execute(change).rowcount:
        return
    row = {"folder_id": folder_id, "day": day, "operations": 1, "failures": failures, "audio_ms": audio_ms}
    if not insert_if_absent(connection, usage, row):  # another process was first on this day
        connection.execute(change)
        return
    oldest = day_of(now_ms - USAGE_DAYS_KEPT * 86_400_000)
    connection.execute(sa.delete(usage).where(usage.c.day < oldest))


def day_of(moment_ms: int) -> str:
    """The day of a moment, in UTC: 2026-11-22."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date().isoformat()


def line_of(row: Any) -> Line:
    """A Line from a row of `operation`."""
    found = {column.name: getattr(row, column.name) for column in fields(Line)}
    return Line(**found | {"speakers": json.loads(row.speakers)})


def without_query(uri: str) -> str:
    """A link without its query and fragment."""
    return uri.partition("?")[0].partition("#")[0]


def name_of(uri: str) -> str:
    """The last part of a link's path, as people write it; empty when it has none."""
    last = unquote(urlsplit(without_query(uri)).path.rpartition("/")[2], errors="replace")
    return CONTROL.sub("", last)
