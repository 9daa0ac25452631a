"""Operations that were given up by a fault of ours: listed, and run again when an operator says so.

Rule 1: dead is what failed of a ServiceError, or what the service died over too often. What a caller did
        wrong, or cancelled, is not.
Rule 2: replaying is one transaction: the operation is as if it had just been accepted, under its own id. Its
        parts and the notes of its steps go. Its files stay: what came inside its request is nowhere else.
Rule 3: what is replayed waits among its like again: in the queue it was accepted into.
Rule 4: it needs the database only, so it works beside a running service, and anywhere in a fleet.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from govor.engine.durable import APPLICATION_VERSION, DEFERRED, LONG, OPERATION, OPERATIONS
from govor.engine.queries import SEARCH_PATH, query
from govor.engine.serializer import JsonSerializer
from govor.engine.sqlite import DATABASE
from govor.errors import BadRequest, GovorError, ServiceError, StorageFailed, UnknownOperation
from govor.pipeline import stored
from govor.pipeline.work import SMALL_BYTES
from govor.settings import Settings
from govor.storage.database import with_driver
from govor.telemetry import life

PAGE = 200  # rows read at a time
LISTED_MAX = 1_000
BUSY_SECONDS = 30.0  # a running service writes, too
GIVEN_UP = ServiceError("The service stopped again and again while it worked on this recording")
CHILDREN = ("replay_inputs", "replay_outputs", "replay_steps", "replay_parts")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """One of them. Times are ms since the epoch."""

    id: str
    folder_id: str
    created_ms: int
    ended_ms: int
    failure: GovorError


class DeadLetters:
    """Those of one database; raises StorageFailed when it fails."""

    def __init__(self, engine: sa.Engine, version: str = APPLICATION_VERSION) -> None:
        """`version`: whose workers shall run what is replayed."""
        self._engine = engine
        self._version = version

    @classmethod
    def open(cls, settings: Settings) -> "DeadLetters":
        """Those of a data directory, or of a fleet's database."""
        if settings.database_url:
            return cls(sa.create_engine(with_driver(settings.database_url), connect_args=SEARCH_PATH))
        path = settings.data_path / DATABASE
        if not path.exists():
            raise StorageFailed(f"there are no operations in {settings.data_path}", "see --data-dir")
        return cls(sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}))

    def list(self, limit: int = LISTED_MAX) -> list[DeadLetter]:
        """At most `limit`, the newest first."""
        found = []
        with failing_plainly(), self._engine.connect() as connection:
            for letter in letters(connection):
                found.append(letter)
                if len(found) == limit:
                    break
        return found

    def replay(self, operation_id: str, now: float | None = None) -> None:
        """Have it run again. Raises UnknownOperation; BadRequest for one that is not dead."""
        now_ms = int((time.time() if now is None else now) * 1000)
        with failing_plainly(), self._engine.begin() as connection:
            rows = connection.execute(query("dead_one"), {"id": operation_id, "workflow": OPERATION}).all()
            if not rows:
                raise UnknownOperation(f"Operation {operation_id} not found")
            if letter_of(tuple(rows[0])) is None:
                mend = "`govor operations dead` lists those that were"
                raise BadRequest(f"operation {operation_id} was not given up by us", mend)
            values = {
                "id": operation_id,
                "status": rows[0].status,
                "queue": queue_of(connection, operation_id),
                "version": self._version,
                "now_ms": now_ms,
            }
            if connection.execute(query("replay"), values).rowcount != 1:
                raise BadRequest(f"operation {operation_id} is being replayed by somebody else")
            for name in CHILDREN:
                connection.execute(query(name), {"id": operation_id})

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


@contextmanager
def failing_plainly() -> Iterator[None]:
    """A database that does not answer as it should; its values stay out of what people see."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise StorageFailed("the service's database failed", type(error).__name__) from error


def letters(connection: sa.Connection) -> Iterator[DeadLetter]:
    """Every dead letter, the newest first."""
    before_ms, before_id = 2**62, ""
    while True:
        values = {"workflow": OPERATION, "before_ms": before_ms, "before_id": before_id, "limit": PAGE}
        rows = [tuple(row) for row in connection.execute(query("dead"), values)]
        yield from filter(None, map(letter_of, rows))
        if len(rows) < PAGE:
            return
        before_id, before_ms = rows[-1][0], rows[-1][3]


def queue_of(connection: sa.Connection, operation_id: str) -> str:
    """The queue that an operation was accepted into.

    Of one that the service died over the engine has forgotten it: then by what was asked for, and by how many
    bytes were fetched.
    """
    ((queue, inputs, fetched),) = connection.execute(query("replay_queue"), {"id": operation_id}).all()
    if queue in (OPERATIONS, LONG, DEFERRED):
        return str(queue)
    read = JsonSerializer().deserialize
    task = stored.read_task(read(inputs)["args"][1])
    if life.class_of(task.model) == life.DEFERRED:
        return DEFERRED
    return LONG if fetched and read(fetched) > SMALL_BYTES else OPERATIONS


def letter_of(row: tuple[object, ...]) -> DeadLetter | None:
    """A row of `dead`; None for a failure that was the caller's, and for what did not fail."""
    operation_id, folder_id, status, created_ms, ended_ms, error = row
    failure: object = GIVEN_UP if status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED" else None
    if status == "ERROR" and isinstance(error, str):
        failure = JsonSerializer().deserialize(error)
    if not isinstance(failure, ServiceError):
        return None
    assert isinstance(created_ms, int)
    assert isinstance(ended_ms, int)
    return DeadLetter(
        id=str(operation_id),
        folder_id=str(folder_id),
        created_ms=created_ms,
        ended_ms=ended_ms,
        failure=failure,
    )
