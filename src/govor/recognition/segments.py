"""Speech segments of one channel: only where somebody speaks, at most 20 s, cut between words. No I/O.

Rule 1: stretches of speech with short pauses between them make one segment.
Rule 2: what would be longer than the limit is cut at its longest pause or, without one, where it is quietest.
Rule 3: segments follow each other without overlap; how the samples arrive makes no difference.
Rule 4: memory is bounded by the longest segment, not by the recording.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition.voice_activity import FRAME_MS, Flags, VoiceActivity

Samples = NDArray[np.int16]

SEGMENT_MS_MAX = 20_000  # acoustic models are trained on 20 s or so
PAUSE_MS = 300  # ends a segment; voice activity has taken 300 ms of the silence already
PADDING_MS = 100  # kept around what voice activity found
CUT_MS_MIN = 5_000  # a segment that must be cut is not cut before this
QUIET_MS = 150  # the quietest place is the quietest stretch of this length

PAUSE_FRAMES = PAUSE_MS // FRAME_MS
PADDING_FRAMES = PADDING_MS // FRAME_MS
SPEECH_FRAMES_MAX = SEGMENT_MS_MAX // FRAME_MS - 2 * PADDING_FRAMES
CUT_FRAMES_MIN = CUT_MS_MIN // FRAME_MS
QUIET_FRAMES = QUIET_MS // FRAME_MS


@dataclass(frozen=True, slots=True)
class Segment:
    """Speech with a little silence around it."""

    start_ms: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Run:
    """Frames of uninterrupted speech, begin .. end - 1, counted from the start of the channel."""

    begin: int
    end: int


class Segmenter:
    """One channel at a sample rate that has whole samples in 10 ms."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.activity = VoiceActivity(sample_rate_hz)
        self.hop = sample_rate_hz * FRAME_MS // 1000
        self.samples = np.zeros(0, np.int16)
        self.first_frame = 0  # where `samples` begins
        self.frames = 0  # judged so far
        self.runs: list[Run] = []  # of the segment being gathered
        self.earliest = 0  # the next segment may not begin before this frame

    def feed(self, samples: Samples) -> list[Segment]:
        """Take further mono samples; return the segments that are complete."""
        self.samples = np.concatenate([self.samples, samples])
        segments = self.gather(self.activity.feed(samples))
        self.forget()
        return segments

    def finish(self) -> list[Segment]:
        """The last segments. The segmenter cannot be used again."""
        segments = self.gather(self.activity.finish())
        if self.runs:
            segments.append(self.segment(self.runs, self.runs[-1].end + PADDING_FRAMES))
        return segments

    def gather(self, flags: Flags) -> list[Segment]:
        """Add judged frames one by one: what comes out does not depend on how many come at once."""
        segments = []
        for speaks in flags.tolist():
            frame = self.frames
            self.frames += 1
            if speaks:
                self.runs = extended(self.runs, frame)
                if frame + 1 - self.runs[0].begin >= SPEECH_FRAMES_MAX:
                    segments.append(self.cut())
            elif self.runs and frame + 1 - self.runs[-1].end >= PAUSE_FRAMES:
                segments.append(self.segment(self.runs, self.runs[-1].end + PADDING_FRAMES))
                self.runs = []
        return segments

    def cut(self) -> Segment:
        """Take a segment off runs that have become too long; the rest stays."""
        first = self.runs[0].begin + CUT_FRAMES_MIN
        pauses = [i for i in range(1, len(self.runs)) if self.runs[i - 1].end >= first]
        if pauses:
            at = max(pauses, key=lambda i: self.runs[i].begin - self.runs[i - 1].end)
            taken, self.runs = self.runs[:at], self.runs[at:]
            return self.segment(taken, min(taken[-1].end + PADDING_FRAMES, self.runs[0].begin))
        place = self.quietest(first, self.frames)
        taken = [Run(run.begin, min(run.end, place)) for run in self.runs if run.begin < place]
        self.runs = [Run(max(run.begin, place), run.end) for run in self.runs if run.end > place]
        return self.segment(taken, place)

    def segment(self, runs: list[Run], end: int) -> Segment:
        """The samples of runs with padding, up to frame `end`."""
        begin = max(runs[0].begin - PADDING_FRAMES, self.earliest)
        self.earliest = end
        first = (begin - self.first_frame) * self.hop
        last = (end - self.first_frame) * self.hop
        return Segment(begin * FRAME_MS, self.samples[first:last].copy())

    def quietest(self, first: int, last: int) -> int:
        """The middle of the quietest QUIET_FRAMES between two frames."""
        begin, end = ((frame - self.first_frame) * self.hop for frame in (first, last))
        wave = self.samples[begin:end].astype(np.float64).reshape(-1, self.hop)
        power = np.r_[0, np.cumsum((wave**2).sum(axis=1))]
        quiet = power[QUIET_FRAMES:] - power[:-QUIET_FRAMES]
        return first + int(quiet.argmin()) + QUIET_FRAMES // 2

    def forget(self) -> None:
        """Drop samples that no segment can need."""
        needed = (self.runs[0].begin if self.runs else self.frames) - PADDING_FRAMES
        if needed > self.first_frame:
            self.samples = self.samples[(needed - self.first_frame) * self.hop :]
            self.first_frame = needed


def extended(runs: list[Run], frame: int) -> list[Run]:
    """Runs with one more frame of speech."""
    if runs and runs[-1].end == frame:
        return [*runs[:-1], Run(runs[-1].begin, frame + 1)]
    return [*runs, Run(frame, frame + 1)]
