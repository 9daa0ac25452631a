"""The driver with small graphs made here, in both layouts of a model folder."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import language_file, models
from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.confidence import Calibration
from govor.recognition.ctc import CtcRecognizer, Timing
from govor.recognition.features import FrontEnd
from govor.recognition.recognizer import Wave
from tests.recognition import made
from training import language_model
from training.alphabet import vocabulary


def embedded(folder: Path) -> CtcRecognizer:
    """A model folder like ours: telephone features, a language model."""
    made.write_graph(folder / "model.onnx", bands=15, symbols=34, subsampling=3)
    (folder / "vocab.txt").write_text(vocabulary(), encoding="utf-8")
    config = {"front_end": "telephone", "subsampling_factor": 3, "beam": {"hypotheses": 8}}
    (folder / "config.json").write_text(json.dumps(config))
    language_file.write(folder / "lm.npz", language_model.build(list(made.SENTENCES)))
    models.stamp(folder)
    return models.load_ctc(models.read(folder))


def gigaam(folder: Path) -> CtcRecognizer:
    """A model folder as published for onnx-asr."""
    made.write_graph(folder / "v3_ctc.int8.onnx", bands=64, symbols=34, subsampling=4)
    (folder / "v3_vocab.txt").write_text(vocabulary(), encoding="utf-8")
    config = {"model_type": "gigaam", "version": "v3", "features_size": 64, "subsampling_factor": 4}
    (folder / "config.json").write_text(json.dumps(config))
    return models.load_ctc(models.read(folder))


@pytest.fixture(params=[embedded, gigaam], ids=["ru-small", "gigaam-v3"])
def recognizer(request: pytest.FixtureRequest, tmp_path: Path) -> CtcRecognizer:
    made_by: CtcRecognizer = request.param(tmp_path)
    return made_by


def waves(recognizer: CtcRecognizer, lengths_ms: Sequence[int]) -> list[Wave]:
    """Noise with a beat."""
    rng = np.random.default_rng(len(lengths_ms))
    sounds = []
    for length in lengths_ms:
        beat = 1 + np.sin(np.arange(length * recognizer.sample_rate_hz // 1000) / 900)
        sounds.append((beat * rng.normal(size=len(beat)) * 0.05).astype(np.float32))
    return sounds


def test_the_same_wave_gives_the_same_words_whatever_it_is_sent_with(recognizer: CtcRecognizer) -> None:
    sounds = waves(recognizer, [0, 5, 300, 1200, 700, 2000])
    together = recognizer.words(sounds)
    assert any(together)
    assert together == [recognizer.words([sound])[0] for sound in sounds]
    assert together[::-1] == recognizer.words(sounds[::-1])


def test_words_are_in_order_within_the_wave_and_have_confidences(recognizer: CtcRecognizer) -> None:
    words = recognizer.words(waves(recognizer, [3000]))[0]
    assert words
    for before, after in itertools.pairwise(words):
        assert before.end_ms <= after.start_ms
    for word in words:
        assert 0 <= word.start_ms < word.end_ms <= 3000
        assert 0 <= word.confidence <= 1
        assert word.text
        assert " " not in word.text


def test_without_a_language_model_the_text_is_the_best_symbol_of_each_frame(tmp_path: Path) -> None:
    recognizer = gigaam(tmp_path)
    table = recognizer.log_probs(waves(recognizer, [1000])[0])
    assert " ".join(word.text for word in recognizer.decode([table])[0]) == recognizer.greedy(table)


def test_frames_are_as_many_as_the_layout_says(recognizer: CtcRecognizer) -> None:
    for wave in waves(recognizer, [20, 30, 40, 50, 400]):
        frames = recognizer.front_end.features(wave).shape[1]
        steps = len(recognizer.log_probs(wave))
        assert steps == (frames - 1) // recognizer.timing.subsampling + 1


class Says:
    """A graph that says the same whatever it hears."""

    def __init__(self, table: NDArray[np.float32]) -> None:
        self.table = table

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.generic]]) -> list[NDArray[np.float32]]:
        assert (outputs, sorted(inputs)) == (["log_probs"], ["feature_lengths", "features"])
        return [self.table[None]]


def saying(table: NDArray[np.float32], timing: Timing) -> CtcRecognizer:
    """A recogniser of waves of one sample for each 10 ms frame."""
    return CtcRecognizer(
        session=Says(table),
        front_end=FrontEnd(100, 2, lambda wave: np.zeros((2, len(wave)), np.float32)),
        vocabulary=made.VOCABULARY,
        timing=timing,
        calibration=Calibration(),
        search=BeamSearch(made.VOCABULARY, made.language(), BeamSettings()),
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, [(0, 330), (450, 780)]),
        (20, 40, [(20, 370), (470, 810)]),
        (-50, 150, [(0, 480), (480, 810)]),
    ],
    ids=["as aligned", "shifted", "never before the start, past the end, nor into another word"],
)
def test_times_are_those_of_the_letters_plus_the_models_offsets(
    start: int, end: int, expected: list[tuple[int, int]]
) -> None:
    table = made.spoken("мама рама")  # 9 symbols of 3 frames of 30 ms
    timing = Timing(subsampling=3, word_start_offset_ms=start, word_end_offset_ms=end)
    words = saying(table, timing).words([np.zeros(3 * len(table), np.float32)])[0]
    assert [(word.start_ms, word.end_ms) for word in words] == expected


def test_a_graph_of_another_shape_is_the_models_fault() -> None:
    recognizer = saying(made.spoken("мама"), Timing(subsampling=1))
    with pytest.raises(ModelFailed, match=r"does not fit its config\.json"):
        recognizer.words([np.zeros(1000, np.float32)])


def test_a_graph_that_fails_is_the_models_fault(tmp_path: Path) -> None:
    embedded(tmp_path)
    made.write_graph(tmp_path / "model.onnx", bands=80, symbols=34, subsampling=3)
    models.stamp(tmp_path)
    with pytest.raises(ModelFailed, match="acoustic model failed"):
        models.load_ctc(models.read(tmp_path)).words([np.zeros(8000, np.float32)])


@made.BOUNDED
@given(seed=st.integers(0, 999), frames=st.integers(1, 60), sharpness=st.sampled_from([1.0, 4.0]))
def test_any_log_probabilities_can_be_read_and_timed(seed: int, frames: int, sharpness: float) -> None:
    table = made.random_log_probs(seed, frames, 34, sharpness=sharpness)
    recognizer = saying(table, Timing(subsampling=1, word_start_offset_ms=-30, word_end_offset_ms=70))
    words = recognizer.words([np.zeros(frames, np.float32)])[0]
    assert all(word.start_ms < word.end_ms for word in words)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))
