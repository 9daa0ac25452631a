"""Steps and parts that outlive the process: pipeline/workflow.py's Durable on DBOS."""

from typing import TypeVar

from dbos import DBOS, EnqueueOptions

from govor.engine import fairness
from govor.errors import GovorError
from govor.pipeline.prepare import PART_SECONDS
from govor.pipeline.stored import Plain
from govor.pipeline.workflow import Step

T = TypeVar("T")

OPERATION, SEGMENT = "operation", "segment"  # workflows, by the names their rows carry
OPERATIONS, SEGMENTS = (
    "operations",
    "segments",
)  # queues: parents only wait, so they must not hold slots of parts
# Workers take rows of their own version only. Raise it when the order of a workflow's steps changes.
APPLICATION_VERSION = "1"
# How soon the end of a part is noticed; parts take a second or more.
RESULT_POLL_SECONDS = 0.1


class DbosRun:
    """One execution of one operation; lives inside its workflow."""

    def __init__(self, operation_id: str, task: Plain, submitted_at: int) -> None:
        self.operation_id = operation_id
        self.task = task
        self.submitted_at = submitted_at

    async def step(self, name: str, work: Step[T]) -> T:
        """Run the step and note its result, or read the note of an earlier life; cancelling stops it."""
        return await DBOS.run_step_async({"name": name, "preemptible": True}, work)

    async def parts(self, count: int) -> list[str]:
        """Recognise every part as a workflow of its own; a part's error ends the others and is raised."""
        handles = []
        for index in range(count):
            options = self._options(index)
            handles.append(
                await DBOS.enqueue_workflow_with_options_async(options, self.operation_id, index, self.task)
            )
        try:
            return [await handle.get_result(polling_interval_sec=RESULT_POLL_SECONDS) for handle in handles]
        except GovorError:
            await DBOS.cancel_workflows_async([handle.get_workflow_id() for handle in handles])
            raise

    def _options(self, index: int) -> EnqueueOptions:
        """A part's id follows from its operation's, so running the operation again finds the same parts."""
        return {
            "workflow_name": SEGMENT,
            "queue_name": SEGMENTS,
            "workflow_id": f"{self.operation_id}:{index}",
            "app_version": APPLICATION_VERSION,
            "priority": fairness.deadline(self.submitted_at, index, PART_SECONDS),
        }
