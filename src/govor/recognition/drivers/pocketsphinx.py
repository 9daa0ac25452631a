"""Basic English out of the box: PocketSphinx, whose Python package brings its own model (BSD-2-Clause).

The folder of such a model holds its settings only. Word times and confidences are those of the decoder's
word segmentation: confidences are posteriors in its word lattice.

Rule 1: the front end starts afresh with every wave and takes the mean of the whole wave: without both, what
        was heard before would change what is heard now.
Rule 2: PocketSphinx hears a word in anything (digital silence is "cool", a tone is "five"): a wave without
        speech is not given to it, fillers are left out, and words that are all unlikely are none.
"""

import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from govor.errors import ModelFailed
from govor.recognition.model_folder import Model
from govor.recognition.recognizer import Wave
from govor.recognition.voice_activity import VoiceActivity
from govor.records import Word

if TYPE_CHECKING:
    from pocketsphinx import Decoder, Segment

SAMPLE_RATE_HZ = 16_000
FRAMES_A_SECOND = 100
FRAME_MS = 1000 // FRAMES_A_SECOND
FULL_SCALE = 32_767
# What is heard in music: words of two seconds, or unlikely ones. In audiobooks the mean is 0.6 and more, in
# poor synthetic speech 0.3.
WORD_MS_MAX = 1_500
CONFIDENCE_MIN = 0.3
FILLER = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")  # <s>, <sil>, [NOISE], ++UM++
VARIANT = re.compile(r"\(\d+\)$")  # was(2): the second way to say it


def inspect(folder: Path, _: Mapping[str, Any]) -> int:
    """See Driver."""
    if importlib.util.find_spec("pocketsphinx") is None:
        raise ModelFailed(
            f"the model {folder.name} needs the package pocketsphinx", "install it: pip install pocketsphinx"
        )
    return SAMPLE_RATE_HZ


def load(model: Model, _: int) -> "PocketSphinxRecognizer":
    """See Driver; the decoder has one thread."""
    try:
        from pocketsphinx import Decoder

        decoder = Decoder(
            samprate=SAMPLE_RATE_HZ, frate=FRAMES_A_SECOND, cmn="batch", compallsen=False, loglevel="FATAL"
        )
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise ModelFailed(f"cannot load the model {model.name}", repr(error)) from error
    return PocketSphinxRecognizer(decoder=decoder)


@dataclass(frozen=True, kw_only=True, slots=True)
class PocketSphinxRecognizer:
    """A Recognizer; one wave after the other."""

    decoder: "Decoder"
    sample_rate_hz: int = SAMPLE_RATE_HZ

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """See Recognizer."""
        return [self._words(wave) for wave in waves]

    def _words(self, wave: Wave) -> tuple[Word, ...]:
        samples = np.rint(np.clip(wave, -1, 1) * FULL_SCALE).astype("<i2")
        if not speaks(samples):
            return ()
        decoder = self.decoder
        try:
            decoder.reinit_feat()
            decoder.start_utt()
            decoder.process_raw(samples.tobytes(), full_utt=True)
            decoder.end_utt()
            segments = list(decoder.seg() or ()) if decoder.hyp() else []
        except RuntimeError as error:
            raise ModelFailed("PocketSphinx failed", str(error)) from error
        return said(segments, len(wave) * 1000 // SAMPLE_RATE_HZ)


def speaks(samples: "np.ndarray[Any, np.dtype[np.int16]]") -> bool:
    """Whether there is any speech."""
    activity = VoiceActivity(SAMPLE_RATE_HZ)
    return bool(activity.feed(samples).any() or activity.finish().any())


def lasts_ms(segment: "Segment") -> int:
    """How long a segment is."""
    return int(segment.end_frame + 1 - segment.start_frame) * FRAME_MS


def said(segments: "Iterable[Segment]", wave_ms: int) -> tuple[Word, ...]:
    """The decoder's segments (frames, the last one included) without fillers; none if all are unlikely."""
    words = tuple(
        Word(
            text=VARIANT.sub("", segment.word).lower(),
            start_ms=min(segment.start_frame * FRAME_MS, wave_ms),
            end_ms=min((segment.end_frame + 1) * FRAME_MS, wave_ms),
            confidence=round(min(1.0, max(0.0, segment.prob)), 3),
        )
        for segment in segments
        if not FILLER.fullmatch(segment.word) and lasts_ms(segment) <= WORD_MS_MAX
    )
    return words if words and fmean(word.confidence for word in words) >= CONFIDENCE_MIN else ()
