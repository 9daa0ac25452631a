"""An operation's life in the log: every line has its ids, none a word of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from govor import telemetry
from govor.settings import Settings
from tests.tiny.recogniser import FAILS, KILLS
from tests.tiny.service import ALICE, finished, heard, record, started

LONG = list(range(2_000, 2_150))  # 150 s: three parts, each a workflow of its own


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Give the other tests their quiet log back."""
    yield
    telemetry.configure_logging(Settings(log_level="error"))


async def life(folder: Path, capsys: pytest.CaptureFixture[str], levels: list[int]) -> tuple[str, list[Any]]:
    """The id of one operation, submitted by a request "r-1", and all lines that its life left."""
    telemetry.configure_logging(Settings(log_level="debug", log_format="json"))
    async with started(folder) as operations:
        task = record(folder, "private-name.raw", levels)
        with structlog.contextvars.bound_contextvars(request_id="r-1"):
            accepted = await operations.submit(task, ALICE)
        operation = await finished(operations, accepted.id)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = "\n".join(
        str({**line, "timestamp": "", "operation_id": ""}) for line in lines
    )  # words are numbers here
    words = [word for _, word in heard(operation.transcript)] if operation.transcript else []
    assert not [private for private in ("private-name", "bucket", *words) if private in told]
    return accepted.id, lines


@pytest.mark.parametrize(
    ("levels", "events"),
    [
        ([11_001, 11_002], ["operation started", "operation done"]),
        (LONG, ["operation started", "operation done"]),
        ([FAILS], ["operation started", "operation failed"]),
        ([KILLS], ["operation started", "operation failed"]),
    ],
)
async def test_every_line_of_an_operation_has_its_id_and_the_id_of_its_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], levels: list[int], events: list[str]
) -> None:
    operation_id, lines = await life(tmp_path, capsys, levels)
    of_it = [line for line in lines if line.get("operation_id") == operation_id]
    assert [line["event"] for line in of_it if line["event"].startswith("operation ")] == events
    assert {line.get("request_id") for line in of_it} == {"r-1"}
    others = {line["event"] for line in lines if "operation_id" not in line}
    assert others <= {"recogniser crashed", "swept"}  # of the machine: who crashes takes no operation's side
