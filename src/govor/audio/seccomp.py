"""A filter of system calls for the process that decodes a recording: what no decoder needs is refused.

Rule 1: no network, no other programs, no new processes, nothing about other processes, no mounts, no
        keyrings, no system administration. Files stay: the decoder reads one and writes others.
Rule 2: what is refused fails with EPERM; a call in another machine's language kills the process.
Rule 3: where a kernel has no filters, or the machine is none of those below, the other limits have to do.

Numbers are those of linux/arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h, on 32-bit words
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data, little-endian
ALLOW, KILL_PROCESS, FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000  # FAIL takes an errno in its lower half
CLONE_THREAD = 0x0001_0000
X32_BIT = 0x4000_0000  # x86-64's second set of numbers

# pidfd_send_signal, io_uring_*, open_tree, move_mount, fs*, pidfd_open, pidfd_getfd, mount_setattr: since
# Linux 5.1 every machine has the same numbers.
NEWER = (*range(424, 435), 438, 442)
CLONE3 = 435

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What system calls are called by their numbers on one kind of processor."""

    audit: int  # linux/audit.h
    refused: tuple[int, ...]
    to_self: tuple[int, ...]  # kill, tgkill: only to the process itself
    of_self: int  # prlimit64: only of the process itself
    clone: int
    number_limit: int = 0  # numbers from here on are another set; 0: there is none


MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine(
        audit=0xC000_003E,
        refused=(
            *(41, 42, 43, 49, 50, 53, 288),  # socket, connect, accept, bind, listen, socketpair, accept4
            *(57, 58, 59, 322),  # fork, vfork, execve, execveat
            *(200, 129, 297, 101, 310, 311, 312),  # tkill, rt_*sigqueueinfo, ptrace, process_vm_*, kcmp
            *(155, 161, 165, 166, 272, 308),  # pivot_root, chroot, mount, umount2, unshare, setns
            *(163, 164, 167, 168, 169, 170, 171, 175, 176, 313, 246, 320),  # acct … reboot, modules, kexec
            *(159, 227, 305, 135, 172, 173, 179),  # clocks, personality, iopl, ioperm, quotactl
            *(248, 249, 250, 298, 321, 323, 303, 304),  # keys, perf, bpf, userfaultfd, file handles
            *NEWER,
        ),
        to_self=(62, 234),
        of_self=302,
        clone=56,
        number_limit=X32_BIT,
    ),
    "aarch64": Machine(
        audit=0xC000_00B7,
        refused=(
            *(198, 203, 202, 200, 201, 199, 242),
            *(221, 281),
            *(130, 138, 240, 117, 270, 271, 272),
            *(41, 51, 40, 39, 97, 268),
            *(89, 170, 224, 225, 142, 161, 162, 105, 106, 273, 104, 294),
            *(171, 112, 266, 92, 60),
            *(217, 218, 219, 241, 280, 282, 264, 265),
            *NEWER,
        ),
        to_self=(129, 131),
        of_self=261,
        clone=220,
    ),
}


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def fence() -> bool:
    """Put the filter on this process, for good; False where there is none. It must have no-new-privileges."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions(machine, os.getpid()))
    program = Program(len(code) // 8, code)
    if (
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))
        == 0
    ):
        return True
    reason = ctypes.get_errno()
    if reason in (errno.EINVAL, errno.ENOSYS):  # a kernel that was built without
        return False
    raise OSError(reason, os.strerror(reason))


def instructions(machine: Machine, process: int) -> Iterator[Instruction]:
    """The filter of one machine for the process of this number. Jumps count the instructions to skip."""
    refuse = (RETURN, 0, 0, FAIL | errno.EPERM)
    allow = (RETURN, 0, 0, ALLOW)
    argument = (LOAD, 0, 0, FIRST_ARGUMENT)
    yield from ((LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, machine.audit), (RETURN, 0, 0, KILL_PROCESS))
    yield (LOAD, 0, 0, NUMBER)
    if machine.number_limit:
        yield from ((AT_LEAST, 0, 1, machine.number_limit), refuse)
    for number in machine.refused:
        yield from ((EQUAL, 0, 1, number), refuse)
    yield from ((EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, FAIL | errno.ENOSYS))  # libraries then try clone
    yield from ((EQUAL, 0, 4, machine.clone), argument, (ANY_BIT, 1, 0, CLONE_THREAD), refuse, allow)
    for number in machine.to_self:
        yield from ((EQUAL, 0, 4, number), argument, (EQUAL, 1, 0, process), refuse, allow)
    yield from ((EQUAL, 0, 5, machine.of_self), argument)
    yield from ((EQUAL, 2, 0, 0), (EQUAL, 1, 0, process), refuse, allow)
    yield allow
