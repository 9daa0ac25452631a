"""Logs: one line an event, to standard error.

Rule 1: a line has the ids of its request and its operation; no transcript, secret, link or name of an object.
Rule 2: tracebacks without local variables; other packages from WARNING on. More would break rule 1.
"""

import logging
import logging.config
import sys

import structlog
from structlog.typing import Processor

from govor.settings import Settings


def configure_logging(settings: Settings) -> None:
    """Send every log line, other packages' too, to standard error in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(_logging(shared, settings))


def _logging(shared: list[Processor], settings: Settings) -> dict[str, object]:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        last.append(structlog.processors.format_exc_info)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [*last, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": max(logging.WARNING, level)},
        "loggers": {"govor": {"level": level}},
    }
