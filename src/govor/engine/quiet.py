"""DBOS's own log: into ours, without what is no fault."""

import logging

from govor.errors import GovorError


class ExpectedEnds(logging.Filter):
    """Drops reports of executions that failed as ours do, were cancelled, or are interrupted by our end."""

    WORDS = ("was cancelled during execution", "no longer owned by this execution", "Asyncio task cancelled")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, GovorError) or type(error).__name__ == "DBOSAwaitedWorkflowCancelledError":
            return False  # the first is an operation that failed, which workflows.py has logged
        return not any(words in record.getMessage() for words in self.WORDS)


def logs() -> None:
    """Before DBOS is made: it puts up a handler of its own unless there is one."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # records go up to the root, where ours are handled
    if not any(isinstance(present, ExpectedEnds) for present in logger.filters):
        logger.addFilter(ExpectedEnds())
