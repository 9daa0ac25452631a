"""The fence: whatever happens inside, the caller gets an error it understands, and nothing is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from govor.audio.sandbox import Limits, Sandbox
from govor.errors import BadAudio, Timeout, TooLarge, Unavailable
from tests.audio import jobs

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 30  # for things that take milliseconds, on a machine that has other work


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def alive(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE


def test_results_come_back_from_another_process(sandbox: Sandbox) -> None:
    assert sandbox.run(jobs.add, 2, 3) == 5
    child, _ = sandbox.run(jobs.process_and_parent)
    assert child != os.getpid()


def test_large_arguments_and_results_pass(sandbox: Sandbox) -> None:
    assert sandbox.run(jobs.big, 5_000_000) == jobs.big(5_000_000)
    assert sandbox.run(len, jobs.big(5_000_000)) == 5_000_000


def test_every_job_has_a_child_of_one_host(sandbox: Sandbox) -> None:
    children, hosts = zip(*(sandbox.run(jobs.process_and_parent) for _ in range(5)), strict=True)
    assert (len(set(children)), len(set(hosts))) == (5, 1)


def test_a_child_inherits_nothing_and_may_gain_nothing(sandbox: Sandbox) -> None:
    threads, descriptors = sandbox.run(jobs.threads_and_descriptors)
    assert threads == 1
    assert (
        descriptors <= 6
    )  # three standard ones, its socket, the folder being listed, and the reader of jobs
    assert sandbox.run(jobs.status)["NoNewPrivs"] == "1"


@pytest.mark.parametrize(
    ("function", "args", "error", "says"),
    [
        (jobs.refuse, (), BadAudio, "found a duck"),
        (jobs.end, (signal.SIGSEGV,), BadAudio, "crashed on it (SIGSEGV)"),
        (jobs.end, (signal.SIGABRT,), BadAudio, "crashed on it (SIGABRT)"),
        (jobs.read_nowhere, (), BadAudio, "crashed on it (SIGSEGV)"),
        (jobs.leave, (3,), BadAudio, "crashed on it (exit status 3)"),
        (jobs.allocate, (2 << 30,), BadAudio, ""),
        (jobs.end, (signal.SIGKILL,), Unavailable, "SIGKILL"),
        (jobs.end, (signal.SIGTERM,), Unavailable, "SIGTERM"),
        (jobs.end, (signal.SIGXCPU,), Timeout, "processor time"),
    ],
)
def test_misfortunes_are_errors_of_our_tree(
    sandbox: Sandbox,
    function: Callable[..., object],
    args: tuple[object, ...],
    error: type[BadAudio | Unavailable | Timeout],
    says: str,
) -> None:
    with pytest.raises(error) as caught:
        sandbox.run(function, *args)
    assert says in caught.value.detail
    assert sandbox.run(jobs.add, 1, 1) == 2


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (jobs.fail, "KeyError: 'a fault of ours'"),
        (jobs.fail_in_the_decoder, "InvalidDataError"),
        (jobs.answer_what_cannot_be_sent, "cannot pickle"),
        (jobs.map_memory, "missing 1 required positional argument"),
    ],
)
def test_our_own_faults_keep_their_traceback(
    sandbox: Sandbox, function: Callable[..., object], says: str
) -> None:
    with pytest.raises(RuntimeError, match="in the sandbox") as caught:
        sandbox.run(function)
    assert says in str(caught.value)


def test_processor_time_is_limited(sandbox: Sandbox) -> None:
    with pytest.raises(Timeout, match="took too long"):
        sandbox.run(jobs.spin, limits=Limits(cpu_seconds=1))


def test_waiting_time_is_limited_and_the_child_is_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    told = tmp_path / "process"
    with pytest.raises(Timeout, match="took too long"):
        sandbox.run(jobs.sleep, told, limits=Limits(wall_seconds=2))
    wait_for(lambda: not alive(int(told.read_text())))


def test_memory_is_limited(sandbox: Sandbox) -> None:
    limits = Limits(memory_bytes=64 << 20)
    assert sandbox.run(jobs.allocate, 32 << 20, limits=limits) == 32 << 20
    with pytest.raises(BadAudio, match="too much memory"):
        sandbox.run(jobs.allocate, 96 << 20, limits=limits)


def test_the_size_of_files_is_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        sandbox.run(jobs.write, tmp_path / "file", 2 << 20, limits=Limits(file_bytes=1 << 20))
    assert (tmp_path / "file").stat().st_size <= 1 << 20


def test_jobs_run_side_by_side_from_many_threads(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda k: sandbox.run(jobs.add, k, k), range(40))) == [2 * k for k in range(40)]


async def test_a_coroutine_waits_in_a_thread(sandbox: Sandbox) -> None:
    found = await asyncio.gather(*(asyncio.to_thread(sandbox.run, jobs.add, k, 1) for k in range(5)))
    assert found == [1, 2, 3, 4, 5]


def test_a_host_that_was_killed_is_replaced(sandbox: Sandbox) -> None:
    _, host = sandbox.run(jobs.process_and_parent)
    os.kill(host, signal.SIGKILL)
    wait_for(lambda: not alive(host))
    assert sandbox.run(jobs.add, 1, 1) == 2
    assert sandbox.run(jobs.process_and_parent)[1] != host


def running_job(
    box: Sandbox, told: Path, job: Callable[[Path], None] = jobs.sleep
) -> tuple[threading.Thread, list[BaseException]]:
    """A thread in which `box` runs a job that is not told to have ended, and where its error will be."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            box.run(job, told)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: told.exists() and told.read_text() != "")
    return thread, errors


def test_a_job_whose_host_dies_ends_and_says_so(tmp_path: Path) -> None:
    box, told = Sandbox(), tmp_path / "process"
    thread, errors = running_job(box, told)
    child = int(told.read_text())
    os.kill(psutil.Process(child).ppid(), signal.SIGKILL)
    thread.join(WAIT_SECONDS)
    wait_for(lambda: not alive(child))
    assert isinstance(errors[0], Unavailable)
    box.close()


def test_an_answer_whose_host_died_before_it_was_sealed_does_not_count(tmp_path: Path) -> None:
    box, told = Sandbox(), tmp_path / "process"
    thread, errors = running_job(box, told, jobs.answer_when_told)
    child = int(told.read_text())
    host = psutil.Process(child).ppid()
    os.kill(host, signal.SIGSTOP)
    told.with_name("go").touch()
    wait_for(lambda: not alive(child))
    os.kill(host, signal.SIGKILL)
    thread.join(WAIT_SECONDS)
    assert isinstance(errors[0], Unavailable)
    box.close()


def test_closing_ends_the_jobs_and_may_be_done_twice(tmp_path: Path) -> None:
    box, told = Sandbox(), tmp_path / "process"
    thread, errors = running_job(box, told)
    box.close()
    box.close()
    thread.join(WAIT_SECONDS)
    wait_for(lambda: not alive(int(told.read_text())))
    assert isinstance(errors[0], Unavailable)
    assert box.run(jobs.add, 1, 1) == 2  # a later job starts it again
    box.close()


def test_a_killed_service_leaves_no_process(tmp_path: Path) -> None:
    told = tmp_path / "process"
    command = [sys.executable, "-m", "tests.audio.service", str(told)]
    service = subprocess.Popen(command, cwd=ROOT)
    wait_for(lambda: told.exists() and told.read_text() != "")
    child = int(told.read_text())
    host = psutil.Process(child).ppid()
    service.kill()
    service.wait()
    wait_for(lambda: not alive(child) and not alive(host))


def test_a_forked_copy_has_a_host_of_its_own(sandbox: Sandbox) -> None:
    _, host = sandbox.run(jobs.process_and_parent)
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        other = sandbox.run(jobs.process_and_parent)[1]
        os.write(write, str(other).encode())
        sandbox.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 20)) != host
    assert sandbox.run(jobs.process_and_parent)[1] == host
    os.close(read)
    os.close(write)
