"""The embedded model, behind its segmenter, says nothing where nobody speaks."""

import csv
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from govor.recognition import models, voice_activity
from govor.recognition.ctc import CtcRecognizer
from govor.recognition.segments import Segmenter
from govor.recognition.voice_activity import VoiceActivity
from tests.recognition import sounds

EMBEDDED = models.HERE.parents[1] / "models" / models.EMBEDDED
SHARED = Path(__file__).parents[3] / "shared/audio"
RATE_HZ = 8_000
WORDLESS = ("other/leopard/audio_samples/empty.wav",)
NEVER = 2.0  # a share that no sound has


@pytest.fixture(scope="module")
def recogniser() -> CtcRecognizer:
    """What a fresh installation hears with."""
    return models.load_ctc(models.read(EMBEDDED))


def heard(recogniser: CtcRecognizer, samples: NDArray[np.int16]) -> list[str]:
    """The words of all segments."""
    segmenter = Segmenter(RATE_HZ)
    segments = segmenter.feed(samples) + segmenter.finish()
    waves = [segment.samples.astype(np.float32) / np.float32(32_768) for segment in segments]
    return [word.text for words in recogniser.words(waves) for word in words]


def decoded(path: Path) -> NDArray[np.int16]:
    """The first channel at RATE_HZ."""
    resampler = av.AudioResampler("s16", "mono", RATE_HZ)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([part.to_ndarray()[0] for part in [*frames, *resampler.resample(None)]])


@pytest.mark.parametrize("name", sounds.NAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_words_where_nobody_speaks(recogniser: CtcRecognizer, name: str, seed: int) -> None:
    sound = np.rint(sounds.wave(name, RATE_HZ, seed) * 32_767).astype(np.int16)
    assert heard(recogniser, sound) == []


@pytest.mark.parametrize("name", ["keys", "sweep", "dial_tone", "hiss", "hum"])
def test_loudness_does_not_make_speech_of_a_sound(name: str) -> None:
    for level in (0.01, 0.1, 1.0):
        sound = np.rint(sounds.wave(name, RATE_HZ) * 32_767 * level).astype(np.int16)
        activity = VoiceActivity(RATE_HZ)
        assert not activity.feed(sound).any()
        assert not activity.finish().any()


@pytest.mark.parametrize("name", WORDLESS)
def test_no_words_in_recordings_without_speech(recogniser: CtcRecognizer, name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/audio, which is not part of the project")
    assert heard(recogniser, decoded(SHARED / name)) == []


def speech() -> Iterator[Path]:
    """The bundled recordings, and real telephone prompts where they are."""
    yield from sorted((models.HERE.parents[1] / "samples").glob("*.ogg"))
    if SHARED.is_dir():
        with (SHARED / "manifest.tsv").open(encoding="utf-8", newline="") as file:
            rows = [row["file"] for row in csv.DictReader(file, delimiter="\t")]
        yield from (SHARED / name for name in rows[::3] if name.startswith("ru/asterisk"))


def test_rules_against_tones_leave_speech_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    heard_ms = 0
    for path in speech():
        sound, found = decoded(path), []
        for share in (voice_activity.TONES_SHARE, NEVER):
            monkeypatch.setattr(voice_activity, "TONES_SHARE", share)
            activity = VoiceActivity(RATE_HZ)
            found.append(int(activity.feed(sound).sum() + activity.finish().sum()))
            monkeypatch.undo()
        assert found[0] == found[1], path.name
        heard_ms += 10 * found[0]
    assert heard_ms > 10_000
