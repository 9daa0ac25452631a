"""What the process that decodes must not do, tried in it."""

import platform
import socket

import pytest

from govor.audio import sandbox, seccomp
from tests.audio import jobs

pytestmark = pytest.mark.skipif(
    platform.machine() not in seccomp.MACHINES, reason="no filter is written for this machine"
)


@pytest.mark.parametrize("attempt", sorted(jobs.FORBIDDEN))
def test_what_no_decoder_needs_is_refused(attempt: str) -> None:
    assert sandbox.run(jobs.refused, attempt) == "EPERM"


@pytest.mark.parametrize("attempt", ["socket", "signal", "unshare"])
def test_without_the_filter_it_is_not(attempt: str) -> None:
    assert jobs.refused(attempt) == ""


def test_files_threads_and_own_signals_stay() -> None:
    assert sandbox.run(jobs.does_what_decoders_do) == "done"


def test_the_service_itself_is_not_fenced() -> None:
    sandbox.warm()
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))


@pytest.mark.parametrize("machine", seccomp.MACHINES.values(), ids=seccomp.MACHINES)
def test_every_jump_of_the_filter_lands_in_it(machine: seccomp.Machine) -> None:
    made = list(seccomp.instructions(machine, 1))
    for at, (code, if_true, if_false, _) in enumerate(made):
        if code in (seccomp.EQUAL, seccomp.AT_LEAST, seccomp.ANY_BIT):
            assert at + 1 + max(if_true, if_false) < len(made)
    assert made[-1] == (seccomp.RETURN, 0, 0, seccomp.ALLOW)
    refused = machine.refused
    assert len(set(refused)) == len(refused)
    assert not {*machine.to_self, machine.of_self, machine.clone} & set(refused)
