"""Steps and parts that outlive the process: pipeline/workflow.py's Durable on DBOS."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from dbos import DBOS, EnqueueOptions, WorkflowHandleAsync
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSWorkflowConflictIDError

from govor.engine import bells, fairness
from govor.engine.bells import Bells
from govor.engine.states import BY_STATUS, FINISHED
from govor.pipeline import stored
from govor.pipeline.early import Told
from govor.pipeline.stored import Plain
from govor.pipeline.work import Work
from govor.pipeline.workflow import Step
from govor.records import Task
from govor.telemetry import life, tracing

T = TypeVar("T")

# Workflows, by the names their rows carry.
OPERATION, SEGMENT = "operation", "segment"
# Queues. Operations mostly wait, so they must not hold the slots of the parts they wait for. Those that may
# wait for a day have a queue of their own, or they would hold the slots of others. So have long ones.
OPERATIONS, LONG, DEFERRED, SEGMENTS = "operations", "long", "deferred", "segments"
# Workers take rows of their own version only, so that two versions can work side by side while a fleet is
# renewed. Raise it when the order of a workflow's steps changes, or what they return.
APPLICATION_VERSION = "1"


class DbosRun:
    """One execution of one operation; lives inside its workflow."""

    def __init__(self, operation_id: str, task: Task, work: Work, submitted_at: int, waiting: Bells) -> None:
        """`waiting`: the bells of those who wait for parts in this process."""
        self.operation_id = operation_id
        self.task = task
        self.work = work
        self.submitted_at = submitted_at
        self.waiting = waiting
        self._begun: list[WorkflowHandleAsync[str]] = []  # a long recording's parts, in order
        self._long = False

    async def step(self, name: str, work: Step[T]) -> T:
        """Run the step and note its result, or read the note of an earlier life; cancelling stops it."""

        async def measured() -> T:
            with self.work.metrics.stage(name):
                return await work()

        return await DBOS.run_step_async({"name": name, "preemptible": True}, measured)

    async def prepared(self, prepare: Callable[[Told], Coroutine[Any, Any, Plain]]) -> Plain:
        """Run the step; parts it tells of are put into their queue while it goes on with the others.

        The numbers of DBOS's notes are the same whenever they begin: first the step's, then the parts'.
        """
        told: asyncio.Queue[int | None] = asyncio.Queue()
        step = asyncio.create_task(self.step("prepare", partial(prepare, told.put_nowait)))
        step.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (index := await told.get()) is not None:
                await self._begin(index)
        except BaseException:
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)
            raise
        return await step

    async def parts(self, count: int) -> list[str]:
        """Recognise a single part here and now, several as workflows of their own.

        Raises the error of the first part that failed, in order.
        """
        if count == 1:
            recognise = partial(self.work.recognise, self.operation_id, self.task, 0, self._deadline(0))
            return [await self.step("recognise", recognise)]
        for index in range(len(self._begun), count):
            await self._begin(index)
        with self.waiting.of(self.operation_id) as bell:
            return [await result(handle, bell) for handle in self._begun]

    async def give_up(self) -> None:
        """End the parts that wait or run. No step of the workflow, which may be cancelled itself."""
        if self._begun:
            ids = [handle.get_workflow_id() for handle in self._begun]
            await asyncio.to_thread(_get_dbos_instance()._sys_db.cancel_workflows, ids)

    def close(self) -> None:
        """The execution ended, well or badly: others of its folder have their turns sooner."""
        if self._long:
            self.work.long_running[self.task.folder_id] -= 1
            self._long = False

    async def _begin(self, index: int) -> None:
        """Put the next part into its queue."""
        if not self._long:
            self.work.long_running[self.task.folder_id] += 1
            self._long = True
        self._begun.append(await self._enqueue(index))

    async def superseded(self, error: BaseException) -> bool:
        """Whether the operation's row belongs to another execution now. A cancelled one is nobody's."""
        if not isinstance(error, DBOSWorkflowConflictIDError):
            return False
        read = _get_dbos_instance()._sys_db.get_workflow_status
        status = await asyncio.to_thread(read, self.operation_id)
        return status is not None and BY_STATUS[status["status"]] not in FINISHED

    async def _enqueue(self, index: int) -> WorkflowHandleAsync[str]:
        """A part's id follows from its operation's, so running the operation again finds the same parts."""
        deadline = self._deadline(index)
        options: EnqueueOptions = {
            "workflow_name": SEGMENT,
            "queue_name": SEGMENTS,
            "workflow_id": f"{self.operation_id}:{index}",
            "app_version": DBOS.application_version,
            "priority": deadline,
        }
        task = stored.write_task(replace(self.task, traceparent=tracing.traceparent()))
        return await DBOS.enqueue_workflow_with_options_async(
            options, self.operation_id, index, task, deadline
        )

    def _deadline(self, index: int) -> int:
        """A part's turn: in the queue by its priority, and among the clips of the recognisers."""
        turn = fairness.Turn(
            due_at=self.task.due_at or self.submitted_at,
            deferred=life.class_of(self.task.model) == life.DEFERRED,
            weight=self.task.weight,
        )
        return turn.deadline(index, self.work.long_running[self.task.folder_id])


async def result(part: WorkflowHandleAsync[str], bell: asyncio.Event) -> str:
    """The words of a part once they are there, or what was raised instead; the bell says when to look."""
    part_id, clock = part.get_workflow_id(), asyncio.get_running_loop().time
    find = _get_dbos_instance()._sys_db.check_first_workflow_id
    began = clock()
    while True:
        bell.clear()  # before looking: what ends after that rings again
        if await asyncio.to_thread(find, [part_id]) == part_id:
            return await part.get_result()
        await bells.rung(bell, bells.pause_seconds(clock() - began))
