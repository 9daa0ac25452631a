"""What each folder has used of late: a row for each submission that counts against a quota, for a day.

Rule 1: rows outlive the process, and every process of a fleet sees the same ones.
Rule 2: a row does not tell which operation it was: its key is a digest. So it may stay for its day though the
        operation was deleted, and deleting does not make room for more.
Rule 3: whoever writes first, writes; the count is made behind the write, in the same transaction.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from govor.storage.database import FOLDER_CHARS_MAX, Database, insert_if_absent, metadata

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
KEY_CHARS = 32

usage = sa.Table(
    "govor_usage",
    metadata,
    sa.Column("key", sa.String(KEY_CHARS), primary_key=True),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("audio_ms", sa.BigInteger, nullable=False),  # of all channels; 0 while it is unknown
    sa.Column("bytes", sa.BigInteger, nullable=False),
    # Both are here for their indexes: one for counting, one for forgetting.
    sa.UniqueConstraint("folder_id", "at_ms", "key"),
    sa.UniqueConstraint("at_ms", "key"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What a folder may use; 0 is no limit."""

    submissions_per_hour: int = 0
    audio_ms_per_day: int = 0
    bytes_per_day: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrun:
    """Which field of an Allowance is used up, and in how many seconds there is room again."""

    what: str
    seconds: float


class Usage:
    """The table; safe to use from several threads and processes. Every method raises StorageFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self, folder_id: str, operation_id: str, size: int, allowance: Allowance, *, now: float
    ) -> Overrun | bool:
        """Note a submission of `size` bytes (0: unknown): True, or False if it is noted already.

        Nothing is noted when the folder has used up its allowance; then says what and for how long.
        """
        row = {
            "key": key_of(operation_id),
            "folder_id": folder_id,
            "at_ms": int(now * 1000),
            "audio_ms": 0,
            "bytes": size,
        }
        with self._database.begin() as connection:
            if connection.dialect.name == "postgresql":  # elsewhere a writer keeps the others out anyway
                lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"govor usage {folder_id}"))
                connection.execute(sa.select(lock))
            if not insert_if_absent(connection, usage, row):
                return False
            if overrun := _overrun(connection, row, allowance):
                connection.rollback()
                return overrun
        return True

    def release(self, operation_id: str) -> None:
        """Forget a submission that came to nothing."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(usage).where(usage.c.key == key_of(operation_id)))

    def measured(self, operation_id: str, *, audio_ms: int, size: int) -> None:
        """Note what a recording turned out to be; doing so twice changes nothing. `size` 0: it is noted."""
        values = {"audio_ms": audio_ms, **({"bytes": size} if size else {})}
        change = sa.update(usage).where(usage.c.key == key_of(operation_id)).values(values)
        with self._database.begin() as connection:
            connection.execute(change)

    def forget(self, *, now: float, batch: int) -> int:
        """Delete at most `batch` rows that count no more; returns how many went."""
        old = sa.select(usage.c.key).where(usage.c.at_ms <= int(now * 1000) - DAY_MS).limit(batch)
        with self._database.begin() as connection:
            return connection.execute(sa.delete(usage).where(usage.c.key.in_(old))).rowcount


def key_of(operation_id: str) -> str:
    """What stands for an operation in the table."""
    return hashlib.sha256(operation_id.encode()).hexdigest()[:KEY_CHARS]


def _overrun(connection: sa.Connection, row: dict[str, Any], allowance: Allowance) -> Overrun | None:
    """What is used up with `row`, which is in the table already."""
    now_ms = row["at_ms"]
    others = sa.and_(usage.c.folder_id == row["folder_id"], usage.c.key != row["key"])
    if most := allowance.submissions_per_hour:
        last = sa.select(usage.c.at_ms).where(others, usage.c.at_ms > now_ms - HOUR_MS)
        query = last.order_by(usage.c.at_ms.desc()).offset(most - 1).limit(1)
        if (at_ms := connection.execute(query).scalar_one_or_none()) is not None:
            return Overrun(what="submissions_per_hour", seconds=(at_ms + HOUR_MS - now_ms) / 1000)
    today = sa.and_(others, usage.c.at_ms > now_ms - DAY_MS)
    for what, column, most, new in (
        ("audio_ms_per_day", usage.c.audio_ms, allowance.audio_ms_per_day, 1),
        ("bytes_per_day", usage.c.bytes, allowance.bytes_per_day, max(1, row["bytes"])),
    ):
        if most:
            over = connection.execute(sa.select(sa.func.sum(column)).where(today)).scalar() or 0
            if (over := int(over) + new - most) > 0:
                return Overrun(what=what, seconds=_until_gone(connection, column, today, over, now_ms))
    return None


def _until_gone(
    connection: sa.Connection, column: sa.Column[int], today: sa.ColumnElement[bool], over: int, now_ms: int
) -> float:
    """Seconds until rows that hold `over` in all are a day old; a day, when there is not so much."""
    rows = sa.select(usage.c.at_ms, column).where(today).order_by(usage.c.at_ms)
    for at_ms, amount in connection.execute(rows):
        over -= amount
        if over <= 0:
            return float(at_ms + DAY_MS - now_ms) / 1000
    return DAY_MS / 1000
