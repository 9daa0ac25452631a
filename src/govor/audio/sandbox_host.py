"""The process that children of sandbox.py are forked from: small, single-threaded, decoders already loaded.

Rule 1: it never runs a job itself, so a job that crashes, hangs or leaks takes only its own process along.
Rule 2: it ends when the service does (its control socket closes), and its children end with it.
Rule 3: on a job's socket come the answer of the child, then a seal with its exit status, then the end.
"""

import contextlib
import ctypes
import errno
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from govor.audio import seccomp
from govor.audio.sandbox_wire import Job, Limits, Talk, read_job, seal
from govor.errors import BadAudio, GovorError, StorageFailed, TooLarge

PRELOADED = ("av", "numpy", "govor.audio.decode")
MODULE_BYTES_MAX = 1_024  # the message of a new job: the name of the module its function lives in
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h


def main(control_fd: int) -> None:
    """Serve until the other end of the control socket closes."""
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # threads do not survive a fork
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the service; it closes the socket when it is done
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    for module in PRELOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # the collector would copy every shared page of every child
    _Host(socket.socket(fileno=control_fd)).serve()


class _Host:
    """Children and the sockets their parents wait at."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, tuple[int, socket.socket]] = {}  # by descriptor: process id, socket
        self._wake, wake_end = socket.socketpair()
        self._wake.setblocking(False)
        wake_end.setblocking(False)
        self._wake_end = wake_end
        signal.set_wakeup_fd(wake_end.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def serve(self) -> None:
        # In the order of registration: a new job is accepted before an old one's descriptor is free again.
        while all(self._handle(descriptor) for descriptor, _ in self._poll.poll()):
            pass

    def _handle(self, descriptor: int) -> bool:
        """What is to be done about a descriptor that woke us; False if it is to end."""
        if descriptor == self._control.fileno():
            return self._accept()
        if descriptor == self._wake.fileno():
            self._reap()
        elif descriptor in self._jobs:
            os.kill(self._jobs[descriptor][0], signal.SIGKILL)  # its parent hung up
            self._poll.unregister(descriptor)
        return True

    def _accept(self) -> bool:
        """Take a new job; False if there will be no more."""
        try:
            module, descriptors, _, _ = socket.recv_fds(self._control, MODULE_BYTES_MAX, 1)
        except ConnectionResetError:
            return False
        if descriptors:
            _preload(module.decode())
            self._fork(socket.socket(fileno=descriptors[0]))
        return bool(descriptors)

    def _fork(self, job: socket.socket) -> None:
        """A child for this job. If the machine has no process left, its parent sees the socket close."""
        host = os.getpid()
        try:
            child = os.fork()
        except OSError:
            job.close()
            return
        if child == 0:
            self._become_child(job, host)
        self._jobs[job.fileno()] = (child, job)
        self._poll.register(job, select.POLLRDHUP)

    def _reap(self) -> None:
        """Report the children that ended."""
        with contextlib.suppress(BlockingIOError):
            while self._wake.recv(64):
                pass
        for descriptor, (child, job) in list(self._jobs.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del self._jobs[descriptor]
                with contextlib.suppress(KeyError):  # its parent hung up before
                    self._poll.unregister(descriptor)
                _report(job, status)

    def _become_child(self, job: socket.socket, host: int) -> NoReturn:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for ours in (self._control, self._wake, self._wake_end, *(other for _, other in self._jobs.values())):
            ours.close()
        try:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == host:  # otherwise it died before the line above
                _work(job)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)  # never back into the loop of the host


def _preload(module: str) -> None:
    """Load our own code once, for this child and all that follow."""
    if module.startswith("govor."):
        with contextlib.suppress(Exception):  # the child meets the same error, and reports it
            importlib.import_module(module)


def _report(job: socket.socket, status: int) -> None:
    """The exit status, and the end even if some other process still holds this socket."""
    with contextlib.suppress(OSError):  # the parent no longer waits
        job.sendall(seal(os.waitstatus_to_exitcode(status)))
        job.shutdown(socket.SHUT_RDWR)
    job.close()


def _work(connection: socket.socket) -> None:
    """In the child: read the job, obey the limits, do it, answer."""
    with connection.makefile("rb") as stream:
        answer = _answer(lambda: read_job(stream), lambda: Talk(stream, connection))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the parent no longer waits
        connection.sendall(answer)


def _answer(read: Callable[[], Job], talk: Callable[[], Talk]) -> bytes:
    """(True, result) or (False, exception), pickled so that it can surely be read."""
    try:
        job = read()
        _limit(job.limits)
        seccomp.fence()
        return pickle.dumps((True, _talked(job, talk()) if job.talks else job.function(*job.args)))
    except GovorError as error:
        return pickle.dumps((False, error))
    except MemoryError:
        return pickle.dumps((False, BadAudio("The recording needs too much memory to decode")))
    except OSError as error:
        return pickle.dumps((False, _disk_error(error)))
    except BaseException:
        return pickle.dumps((False, RuntimeError(f"in the sandbox:\n{traceback.format_exc()}")))


def _talked(job: Job, talk: Talk) -> object:
    """Run a job that talks; whatever it comes to, its last message is the end of the conversation."""
    try:
        return job.function(talk, *job.args)
    finally:
        talk.end()


def _disk_error(error: OSError) -> Exception:
    if error.errno == errno.EFBIG:
        return TooLarge("The decoded recording is too large", "a file grew over its limit")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFailed("The disk is full", str(error))
    return RuntimeError(f"in the sandbox:\n{''.join(traceback.format_exception(error))}")


def _limit(limits: Limits) -> None:
    """Fence this process in, for good."""
    with open("/proc/self/statm") as statm:
        used_bytes = int(statm.read().split()[0]) * resource.getpagesize()
    address_bytes = used_bytes + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (address_bytes, address_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prctl(option: int, value: int) -> None:
    """Set an attribute of this process; a kernel that refuses is reported, not worked around."""
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    main(int(sys.argv[1]))
