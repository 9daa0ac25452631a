"""One life of a service process, to be killed: tests talk to it through a pipe and end it with SIGKILL.

A fork server imports everything once, so that a life begins in a fraction of a second.
"""

import asyncio
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from govor.engine.sqlite import DATABASE
from govor.operations import Operations
from govor.records import Operation, Task
from tests.tiny.service import ALICE, started

LIVES = multiprocessing.get_context("forkserver")
LIVES.set_forkserver_preload([__name__])
WAIT_SECONDS = 60.0  # for what must happen; it usually takes a few tenths


class Life:
    """A running service process. Only one at a time can live on a data directory."""

    def __init__(self, data_dir: Path, kind: str = "", **settings: Any) -> None:
        self.data_dir = data_dir
        self.connection, theirs = LIVES.Pipe()
        self.process = LIVES.Process(target=live, args=(data_dir, kind, settings, theirs))
        self.process.start()
        theirs.close()
        assert self.connection.recv() == "started"

    def submit(self, task: Task, key: str | None = None) -> str:
        """The id of an accepted operation."""
        answer: str = self._ask("submit", task, key)
        return answer

    def submit_content(self, task: Task, content: bytes) -> str:
        """The id of an accepted operation whose recording comes with its request."""
        answer: str = self._ask("submit", task, None, content)
        return answer

    def ready(self) -> str:
        """Empty, or why a job submitted now would not run."""
        answer: str = self._ask("ready")
        return answer

    def get(self, operation_id: str) -> Operation:
        """The operation as its owner sees it."""
        answer: Operation = self._ask("get", operation_id)
        return answer

    def finished(self, operation_id: str) -> Operation:
        """Poll until the operation is done."""
        end = monotonic() + WAIT_SECONDS
        while not (operation := self.get(operation_id)).done:
            assert monotonic() < end, f"{operation_id} is not done"
            sleep(0.02)
        return operation

    def kill_when(self, condition: Callable[[], bool]) -> None:
        """SIGKILL as soon as the condition holds."""
        end = monotonic() + WAIT_SECONDS
        while not condition():
            assert monotonic() < end, "the moment to kill the service did not come"
            sleep(0.0005)
        self.kill()

    def end(self) -> None:
        """In good order; nothing of it is left when this returns."""
        self.connection.send(("stop",))
        self.process.join()
        self.connection.close()

    def kill(self) -> None:
        """SIGKILL, now; nothing of it is left when this returns."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.connection.close()

    def _ask(self, *question: object) -> Any:
        self.connection.send(question)
        answer = self.connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def live(data_dir: Path, kind: str, settings: Mapping[str, Any], connection: Connection) -> None:
    """The process: answers questions until it is killed."""
    asyncio.run(answer(data_dir, kind, settings, connection))


async def answer(data_dir: Path, kind: str, settings: Mapping[str, Any], connection: Connection) -> None:
    """One question after the other."""
    async with started(data_dir, kind, **settings) as operations:
        connection.send("started")
        while True:
            question = await asyncio.to_thread(connection.recv)
            if question == ("stop",):
                return
            try:
                connection.send(await reply(operations, *question))
            except Exception as error:
                connection.send(error)


async def reply(operations: Operations, verb: str, *arguments: Any) -> Operation | str:
    """What a question asks for."""
    if verb == "ready":
        return await operations.ready()
    if verb == "submit":
        task, key, *content = arguments
        return (await operations.submit(task, ALICE, key, *content)).id
    return await operations.get(arguments[0], ALICE)


def rows(data_dir: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Look into the engine's database from outside; nothing while it does not exist."""
    path = data_dir / DATABASE
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def noted_steps(data_dir: Path, operation_id: str) -> set[str]:
    """The steps of an operation that are on record."""
    sql = "SELECT function_name FROM operation_outputs WHERE workflow_uuid = ?"
    return {name for (name,) in rows(data_dir, sql, operation_id)}


def parts_done(data_dir: Path, operation_id: str) -> int:
    """How many parts of an operation have ended well."""
    sql = "SELECT count(*) FROM workflow_status WHERE parent_workflow_id = ? AND status = 'SUCCESS'"
    ((count,),) = rows(data_dir, sql, operation_id) or [(0,)]
    return int(count)
