"""What a batch shows while it works: bars on a terminal, plain lines in a pipe, both on standard error.

Rule 1: a terminal shows a bar for each recording at work and a line about all; what is over stands above.
Rule 2: a pipe gets one line for each recording that is over, nothing in between; one recording gets none.
Rule 3: names of recordings come from strangers: control characters are never written to a terminal.
"""

import re
import shutil
import time
from collections.abc import Callable
from typing import TextIO

from govor.commands.estimate import Estimate, clock
from govor.commands.outcomes import Outcome
from govor.commands.sources import Source

BAR_CELLS = 24
NAME_CELLS = 36
REDRAW_SECONDS = 0.1
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
UP_AND_CLEAR = "\x1b[A\x1b[2K"


class Board:
    """Progress of a batch."""

    def __init__(
        self,
        sources: list[Source],
        file: TextIO,
        *,
        quiet: bool = False,
        now: Callable[[], float] = time.monotonic,
        width: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        self.sources = sources
        self.file = file
        self.terminal = file.isatty() and not quiet
        self.plain = not self.terminal and not quiet and len(sources) > 1
        self.now, self.width = now, width
        self.estimate = Estimate([source.size_bytes for source in sources], now())
        self._drawn = 0  # lines on the screen that are ours to change
        self._drawn_at = float("-inf")

    def progress(self, number: int, share: float) -> None:
        """A recording at work has come so far, 0..1."""
        self.estimate.shares[number] = min(1.0, max(0.0, share))
        if self.terminal and self.now() - self._drawn_at >= REDRAW_SECONDS:
            self._draw()

    def over(self, number: int, outcome: Outcome) -> None:
        """A recording is done, was done before, or failed."""
        self.estimate.shares.pop(number, None)
        (self.estimate.skipped if outcome.state == "skipped" else self.estimate.ended).add(number)
        self.estimate.audio_seconds += outcome.audio_seconds
        if outcome.state == "failed":
            self.say(f"govor: {printable(outcome.told)}")
        elif self.terminal:
            self.say(line_of(outcome))
        elif self.plain:
            self.say(f"[{self.estimate.summary(self.now())}] {line_of(outcome)}")

    def say(self, line: str) -> None:
        """A line that stays, above the bars."""
        self._clear()
        print(line, file=self.file, flush=True)
        if self.terminal:
            self._draw()

    def finish(self) -> None:
        """Take the bars away."""
        self._clear()
        self.file.flush()

    def _clear(self) -> None:
        if self._drawn:
            self.file.write(UP_AND_CLEAR * self._drawn)
            self._drawn = 0

    def _draw(self) -> None:
        width = self.width() - 1
        shares = sorted(self.estimate.shares.items())
        lines = [bar_of(printable(self.sources[number].shown), share) for number, share in shares]
        if len(self.sources) > 1:
            lines.append(self.estimate.summary(self.now()))
        elif shares and (left := self.estimate.seconds_left(self.now())) is not None:
            lines[0] += f"  {clock(left)} left"
        self._clear()
        self.file.write("".join(f"{line[:width]}\n" for line in lines))
        self.file.flush()
        self._drawn, self._drawn_at = len(lines), self.now()


def bar_of(name: str, share: float) -> str:
    """Such as "…/call.ogg            [####----]  50 %"."""
    shown = name if len(name) <= NAME_CELLS else f"…{name[1 - NAME_CELLS :]}"
    full = int(share * BAR_CELLS)
    return f"{shown:<{NAME_CELLS}} [{'#' * full}{'-' * (BAR_CELLS - full)}] {share:4.0%}"


def line_of(outcome: Outcome) -> str:
    """What stays to be read of a recording that is over."""
    name = printable(outcome.shown)
    if outcome.state == "skipped":
        return f"{name}: is there already"
    took = f"{outcome.audio_seconds:.0f} s of sound in {outcome.seconds:.1f} s"
    return f"{name}: {took}"


def printable(text: str) -> str:
    """Without what could move a terminal's cursor or turn its letters round."""
    return CONTROL.sub("�", text)
