"""Word error rates of a model folder, by the service's own code: features, driver, beam search.

    python -m training.evaluate --data DIR --festvox DIR --prompts DIR [--sets dev|test|NAME…] [--out FILE]

Prints a table and writes JSON. Greedy is the best symbol of every step; `lm` is what a user gets. The
real-time factor is of one thread: features and network + search.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govor.accuracy import reliability
from govor.accuracy.reliability import Judged
from govor.recognition import models, word_alignment, word_error_rate
from govor.recognition.ctc import CtcRecognizer
from govor.recognition.features import FrontEnd
from govor.recognition.word_error_rate import Errors
from govor.records import Word
from training import sets
from training.paths import REPOSITORY

RESAMPLES = 1000
SEED = 1337


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--festvox", type=Path, required=True, help="the folder msu_ru_nsh_clunits")
    parser.add_argument("--prompts", type=Path, required=True, help="recorded prompts with manifest.tsv")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "models" / "ru-small")
    parser.add_argument("--sets", nargs="+", default=["dev"])
    parser.add_argument("--limit", type=int, help="utterances of each set")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    sources = sets.Sources(given.data, given.festvox, given.prompts)
    recogniser = fed_with_features(models.load_ctc(models.read(given.model)))
    results = {}
    for name in names(given.sets):
        results[name] = measured(recogniser, sets.load(name, sources)[: given.limit])
        print(line(name, results[name]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(results, indent=2) + "\n")


def names(asked: Sequence[str]) -> list[str]:
    """Set names; `dev` and `test` stand for several."""
    several = {"dev": sets.DEV, "test": sets.TEST}
    return [name for word in asked for name in several.get(word, (word,))]


def fed_with_features(recogniser: CtcRecognizer) -> CtcRecognizer:
    """The same, but given features: some sets have no waves."""
    front_end = FrontEnd(8000, recogniser.front_end.bands, lambda features: features)
    return dataclasses.replace(recogniser, front_end=front_end)


def measured(recogniser: CtcRecognizer, examples: list[sets.Example]) -> dict[str, Any]:
    """All figures of one set."""
    started = time.process_time()
    tables = [recogniser.log_probs(sets.features_of(example)) for example in examples]
    model_seconds = time.process_time() - started
    started = time.process_time()
    readings = [recogniser.readings([table])[0] for table in tables]
    search_seconds = time.process_time() - started
    texts = {
        "greedy": [recogniser.greedy(table) for table in tables],
        "lm": [found[0].text for found in readings],
    }
    words = [recogniser.timed(table, found) for table, found in zip(tables, readings, strict=True)]
    audio_seconds = sum(example.seconds for example in examples)
    references = [example.text for example in examples]
    return {
        "utterances": len(examples),
        "audio_minutes": round(audio_seconds / 60, 1),
        "rtf_model": round(model_seconds / audio_seconds, 5),
        "rtf_search": round(search_seconds / audio_seconds, 5),
        "calibration_error": calibration_error(references, words),
        **{how: figures(references, heard) for how, heard in texts.items()},
    }


def calibration_error(references: list[str], heard: list[tuple[Word, ...]]) -> float:
    """Expected calibration error of the confidences of all words heard, 0..1."""
    judged: list[Judged] = []
    for reference, words in zip(references, heard, strict=True):
        pairs = word_alignment.pairs(reference.split(), [word.text for word in words])
        right = [said == got for said, got in pairs if got is not None]
        judged += [Judged(word.confidence, is_right) for word, is_right in zip(words, right, strict=True)]
    return round(reliability.expected_calibration_error(judged), 4)


def figures(references: list[str], heard: list[str]) -> dict[str, Any]:
    """Words, edits, rate with its interval, character error rate."""
    words = [word_error_rate.count(r.split(), h.split()) for r, h in zip(references, heard, strict=True)]
    letters = [word_error_rate.count(r, h) for r, h in zip(references, heard, strict=True)]
    return {
        "words": sum(errors.reference_words for errors in words),
        "substitutions": sum(errors.substitutions for errors in words),
        "deletions": sum(errors.deletions for errors in words),
        "insertions": sum(errors.insertions for errors in words),
        "wer": rate(words),
        "wer_95": interval(words),
        "cer": rate(letters),
    }


def rate(errors: list[Errors]) -> float:
    """Edits over reference length, percent."""
    edits = sum(e.substitutions + e.insertions + e.deletions for e in errors)
    return round(100 * edits / max(1, sum(e.reference_words for e in errors)), 2)


def interval(errors: list[Errors]) -> list[float]:
    """95 % bootstrap interval over utterances, percent."""
    table: NDArray[np.int64] = np.array(
        [(e.substitutions + e.insertions + e.deletions, e.reference_words) for e in errors]
    )
    random = np.random.default_rng(SEED)
    drawn = table[random.integers(0, len(table), (RESAMPLES, len(table)))].sum(axis=1)
    low, high = np.percentile(100 * drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return [round(float(low), 1), round(float(high), 1)]


def line(name: str, result: dict[str, Any]) -> str:
    """One row of the printed table."""
    parts = [f"{name:18} {result['utterances']:4} utterances"]
    for how in ("greedy", "lm"):
        if how in result:
            found = result[how]
            low, high = found["wer_95"]
            parts.append(
                f"{how} WER {found['wer']:.1f} [{low}, {high}] of {found['words']} "
                f"(S {found['substitutions']} D {found['deletions']} I {found['insertions']}) "
                f"CER {found['cer']:.1f}"
            )
    parts.append(f"calibration error {result['calibration_error']:.3f}")
    return " · ".join([*parts, f"RTF {result['rtf_model']:.4f} + {result['rtf_search']:.4f}"])


if __name__ == "__main__":
    main()
