"""Processes that do not outlive who started them."""

import ctypes
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def ended_with_us_by(how: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the new process `how` when the thread that started it is gone."""

    def ask() -> None:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)

    return ask
