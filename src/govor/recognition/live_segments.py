"""Utterances of a channel that is still being spoken: where one is open now, and where it ended. No I/O.

Rule 1: sound is judged every STEP_FRAMES, each time together with the last seconds before it. What comes out
        depends on the samples alone, not on how they arrive.
Rule 2: a judgement is revised while it is young: a stream may begin in mid-word, and what is quiet in it is
        only known later. An utterance may therefore be noticed late, but begins where it began.
Rule 3: utterances follow each other without overlap; none is longer than SEGMENT_MS_MAX.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition import voice_activity
from govor.recognition.segments import PADDING_FRAMES, QUIET_FRAMES, SEGMENT_MS_MAX
from govor.recognition.voice_activity import AFTER_FRAMES, FRAME_MS, Frames, VoiceActivity

Samples = NDArray[np.int16]

STEP_FRAMES = 20  # judged five times a second: more often costs as much as recognition does
WINDOW_FRAMES = 500  # judged anew at every step; the floor of a band is the quietest place within
YOUNG_FRAMES = 200  # a beginning is looked for so far back: within 2 s every voice leaves each band once
LENGTH_FRAMES_MAX = SEGMENT_MS_MAX // FRAME_MS
CUT_FRAMES_MIN = LENGTH_FRAMES_MAX // 2  # what must be cut is cut in its second half
# Voice activity takes the first AFTER_FRAMES of a pause for speech.
HANGOVER_MS = AFTER_FRAMES * FRAME_MS


@dataclass(frozen=True, slots=True)
class Utterance:
    """Samples begin .. end - 1 of the channel."""

    begin: int
    end: int
    cut: bool = False  # taken off speech that goes on


class LiveSegmenter:
    """One channel at a sample rate that has whole samples in 10 ms.

    `pause_ms` of silence end an utterance; with None only `end` and the greatest length do.
    """

    def __init__(self, sample_rate_hz: int, pause_ms: int | None) -> None:
        self.activity = VoiceActivity(sample_rate_hz)
        self.hop, self.window = self.activity.hop, self.activity.window
        self.pause_frames = None if pause_ms is None else max(1, (pause_ms - HANGOVER_MS) // FRAME_MS)
        self.samples = np.zeros(0, np.int16)  # of frames not heard yet
        self.fed = 0  # samples in all
        self.recent: Frames | None = None  # the last WINDOW_FRAMES
        self.frames = 0  # heard in all
        self.levels: list[float] = []  # decibels of each frame of the open utterance
        self.begin: int | None = None  # first frame of the open utterance
        self.last = 0  # the frame after the last one with speech in it
        self.earliest = 0  # the next utterance may not begin before this frame

    @property
    def open(self) -> Utterance | None:
        """What is being said now."""
        return None if self.begin is None else Utterance(self.begin * self.hop, self.fed, cut=True)

    def feed(self, samples: Samples) -> list[Utterance]:
        """Take further mono samples; return the utterances that have ended."""
        self.samples = np.concatenate([self.samples, samples])
        self.fed += len(samples)
        step = STEP_FRAMES * self.hop
        needed = step - self.hop + self.window
        ended: list[Utterance] = []
        first = 0
        while len(self.samples) - first >= needed:
            ended += self._step(self.activity.heard(self.samples[first : first + needed]))
            first += step
        self.samples = self.samples[first:]
        return ended

    def end(self) -> list[Utterance]:
        """Somebody else says that the utterance ends here."""
        if self.begin is None:
            return []
        return [self._close(-(-self.fed // self.hop))]

    def finish(self) -> list[Utterance]:
        """The last utterance. The segmenter cannot be used again."""
        ended: list[Utterance] = []
        if frames := -(-len(self.samples) // self.hop):
            lacking = (frames - 1) * self.hop + self.window - len(self.samples)
            padded = np.pad(self.samples, (0, lacking), mode="symmetric")
            ended = self._step(self.activity.heard(padded))
        if self.begin is not None:
            ended.append(self._close(min(self.last + PADDING_FRAMES, self.frames)))
        return ended

    def _step(self, heard: Frames) -> list[Utterance]:
        self._remember(heard)
        assert self.recent is not None
        flags = voice_activity.judged(self.recent, 0, len(self.recent))
        speech = np.flatnonzero(flags) + self.frames - len(flags)
        if self.begin is None:
            young = speech[speech >= max(self.earliest, self.frames - YOUNG_FRAMES)]
            if len(young):
                self._open(int(young[0]))
        if self.begin is None:
            return []
        spoken = speech[speech >= self.begin]
        self.last = int(spoken[-1]) + 1 if len(spoken) else self.last
        if self.pause_frames is not None and self.frames - self.last >= self.pause_frames:
            return [self._close(min(self.last + PADDING_FRAMES, self.frames))]
        return [self._cut()] if self.frames - self.begin >= LENGTH_FRAMES_MAX else []

    def _remember(self, heard: Frames) -> None:
        self.frames += len(heard)
        joined = heard if self.recent is None else voice_activity.joined((self.recent, heard))
        self.recent = joined.part(max(0, len(joined) - WINDOW_FRAMES), len(joined))
        if self.begin is not None:
            self.levels += _levels(heard)

    def _open(self, speech: int) -> None:
        """An utterance has begun at frame `speech`, or the padding before it."""
        assert self.recent is not None
        self.begin = max(self.earliest, speech - PADDING_FRAMES, self.frames - len(self.recent), 0)
        self.levels = _levels(self.recent)[self.begin - self.frames :]

    def _close(self, end: int) -> Utterance:
        """The open utterance, up to frame `end`."""
        assert self.begin is not None
        utterance = Utterance(self.begin * self.hop, min(end * self.hop, self.fed))
        self.earliest, self.begin, self.levels = end, None, []
        return utterance

    def _cut(self) -> Utterance:
        """Take what is too long off at its quietest place; the rest stays open."""
        assert self.begin is not None
        power = np.convolve(self.levels[CUT_FRAMES_MIN:], np.ones(QUIET_FRAMES), mode="valid")
        place = self.begin + CUT_FRAMES_MIN + int(power.argmin()) + QUIET_FRAMES // 2
        utterance = Utterance(self.begin * self.hop, place * self.hop, cut=True)
        self.levels = self.levels[place - self.begin :]
        self.earliest = self.begin = place
        return utterance


def _levels(frames: Frames) -> list[float]:
    levels: list[float] = frames.energies.mean(axis=1).tolist()
    return levels
