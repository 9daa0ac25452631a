"""The workflows the engine runs: an operation, and a part of a long one. What they raise is always ours."""

import asyncio
from contextlib import closing
from functools import partial

import structlog
from dbos import DBOS
from dbos._core import _supervise_step
from dbos._dbos import _get_dbos_instance
from sqlalchemy.exc import SQLAlchemyError

from govor.engine.bells import Bells
from govor.engine.durable import OPERATION, SEGMENT, DbosRun
from govor.engine.states import State
from govor.errors import GovorError, ServiceError, StorageFailed
from govor.pipeline import stored
from govor.pipeline.stored import Plain
from govor.pipeline.work import Work
from govor.pipeline.workflow import Step, transcribe
from govor.storage.journal import Ended
from govor.telemetry import life

# A recording during which the service died so often is probably the reason; it is given up then.
RECOVERIES_MAX = 20

log = structlog.get_logger(__name__)


def register(work: Work) -> None:
    """Tell DBOS about both, before its launch."""
    waiting = Bells()

    async def operation(operation_id: str, task: Plain, submitted_at: int) -> Plain:
        asked = stored.read_task(task)
        with life.operation(work.metrics, operation_id, asked, submitted_at):
            try:
                with closing(DbosRun(operation_id, asked, work, submitted_at, waiting)) as run:
                    transcript = await transcribe(operation_id, asked, work, run)
                plain = await asyncio.to_thread(stored.write_transcript, transcript)
            except Exception as error:
                failure = described(error)
                await work.settle(operation_id, Ended(state=State.FAILED))
                raise failure from error
            sound = {"audio_ms": transcript.audio_ms, "channels": transcript.channels}
            await work.settle(operation_id, Ended(state=State.DONE, **sound))
            return plain

    async def segment(operation_id: str, index: int, task: Plain, deadline: int) -> str:
        waiting.ring_at_end(operation_id)
        asked = stored.read_task(task)
        with life.part(work.metrics, operation_id, asked, index):
            try:
                once = partial(work.recognise, operation_id, asked, index, deadline)
                return await until_cancelled(f"{operation_id}:{index}", once)
            except Exception as error:
                raise described(error) from error

    DBOS.workflow(name=OPERATION, max_recovery_attempts=RECOVERIES_MAX)(operation)
    DBOS.workflow(name=SEGMENT, max_recovery_attempts=RECOVERIES_MAX)(segment)


async def until_cancelled(workflow_id: str, recognise: Step[str]) -> str:
    """The words of a part; given up within a second when it is cancelled: recognisers then go on with others.

    As a step of DBOS would be; but a part has one only, and its outcome need not be in the database twice.
    """
    return await _supervise_step(
        _get_dbos_instance(),
        workflow_id,
        recognise,
        (),
        {},
        step_name=SEGMENT,
        preemptible=True,
        timeout_seconds=None,
        shard_key=None,
    )


def described(error: Exception) -> GovorError:
    """The error as the caller will see it; what is not ours is a fault of ours, and logged in full."""
    if isinstance(error, GovorError):
        log.info("operation failed", error=type(error).__name__)  # its text may name an object
        return error
    log.error("operation failed unexpectedly", exc_info=error)
    if isinstance(error, SQLAlchemyError):
        return StorageFailed("the service's database failed", type(error).__name__)
    return ServiceError("the service failed on this recording", type(error).__name__)
