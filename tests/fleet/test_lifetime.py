"""How a process ends: when told, with status 0; when its database is gone for good, soon and with another."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, os, signal, sys, threading, time
from govor import lifetime

lifetime.LOST_STOP_SECONDS = lifetime.STOP_SECONDS = 0.3
how = sys.argv[1]
if how.startswith("stuck"):  # as a thread is that waits for a database
    threading.Thread(target=time.sleep, args=(600,)).start()

async def lost():
    if "lost" in how:
        return
    await asyncio.Event().wait()

async def run():
    stop = lifetime.stop_signals()
    door = asyncio.create_task(asyncio.Event().wait())
    if "told" in how:
        os.kill(os.getpid(), signal.SIGTERM)
    await lifetime.until_told(stop, door, lost())

asyncio.run(run())
"""


@pytest.mark.parametrize(
    ("how", "status"), [("told", 0), ("lost", 1), ("stuck and told", 1), ("stuck and lost", 1)]
)
def test_a_process_ends_as_its_supervisor_needs_it(how: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == status, done.stderr
    assert done.returncode != -signal.SIGTERM
    assert ("did not come back" in done.stderr) == (how == "lost") or how.startswith("stuck")
