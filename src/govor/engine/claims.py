"""Work that was taken from a queue and is not done by anybody: found, and put back.

DBOS takes rows from a queue in one transaction and begins with them afterwards. When the answer to that
transaction is lost (a database restarts, a network breaks), a row is ours on record and nobody runs it; so it
is when the database refuses to record an execution's end. Nobody takes it over, for we are alive.

Rule 1: a row is forgotten when it is ours on record and does not run here, and both were so a round before.
Rule 2: it goes back only if nobody has taken it anew since, which its token tells. Should we be wrong, for
        this machine is slow, the work is done again: the database takes an outcome from the last owner only.
"""

import asyncio
from collections.abc import Callable, Collection

import structlog

from govor.engine.store import Rows
from govor.errors import StorageFailed

# Rows that were just taken begin within milliseconds; on a machine that others keep busy, within seconds.
ROUND_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Claims:
    """What one executor has taken; `running` gives the ids of what it runs."""

    def __init__(self, rows: Rows, executor_id: str, running: Callable[[], Collection[str]]) -> None:
        self._rows = rows
        self._executor_id = executor_id
        self._running = running
        self._missing: dict[str, str] = {}  # tokens of rows that did not run a round before, by id

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                await self.look()
            except StorageFailed as error:
                log.warning("looking for forgotten work failed", how=error.detail)

    async def look(self) -> None:
        """One round. Raises StorageFailed; the next round then goes on with what this one saw."""
        taken = await self._rows("taken", mine=self._executor_id)
        running = set(self._running())  # after the question: what began meanwhile is in it
        missing = {workflow_id: token for workflow_id, token in taken if workflow_id not in running}
        for workflow_id, token in missing.items():
            if self._missing.get(workflow_id) == token:
                await self._rows("put_back", id=workflow_id, mine=self._executor_id, token=token)
                log.warning("nobody did what was taken from a queue: it is there again", workflow=workflow_id)
        self._missing = missing
