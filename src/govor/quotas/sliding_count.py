"""How many events a window of time has seen: memory and time do not grow with their number. Pure."""

from collections import deque

# The window moves in so many steps: an event is forgotten at most a sixtieth of the window too early or late.
STEPS = 60


class SlidingCount:
    """Events of the last `seconds`, at most `most` of them. Time is an argument; set back, it rests."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.step_seconds = seconds / STEPS
        self.count = 0
        self._steps: deque[tuple[int, int]] = deque()  # number of a step, events in it; the oldest first

    def take(self, now: float) -> float:
        """Count one event and return 0; or count nothing, and return after how many seconds there is room."""
        step = max(int(now / self.step_seconds), self._steps[-1][0] if self._steps else 0)
        while self._steps and self._steps[0][0] <= step - STEPS:
            self.count -= self._steps.popleft()[1]
        if self.count >= self.most:
            return (self._steps[0][0] + STEPS) * self.step_seconds - now if self._steps else 0.0
        self.count += 1
        if self._steps and self._steps[-1][0] == step:
            self._steps[-1] = (step, self._steps[-1][1] + 1)
        else:
            self._steps.append((step, 1))
        return 0.0
