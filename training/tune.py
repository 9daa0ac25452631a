"""Settings of a model folder from the development sets: beam search, confidence, word times.

    python -m training.tune --data DIR --festvox DIR --prompts DIR [--model DIR] [--limit N]

Writes `beam`, `confidence`, `word_start_offset_ms` and `word_end_offset_ms` into config.json. No test set is
read: DIR of festvox and prompts only name the sources that training.sets expects.
"""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from govor.recognition import alignment, models, word_error_rate
from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.confidence import clarity, evidence, support
from govor.recognition.ctc import CtcRecognizer, LogProbs
from training import sets
from training.evaluate import fed_with_features
from training.paths import REPOSITORY

STARTS = {
    "hypotheses": 320,
    "range_nats": 22.0,
    "language_weight": 0.9,
    "word_bonus": 0.5,
    "stranger_bonus": -2.0,
    "blank_penalty": 0.8,
    "blank_skip": 0.99,
}
STEPS: dict[str, list[float]] = {  # tried around the best so far, one setting after the other
    "language_weight": [-0.2, -0.1, 0.1, 0.2],
    "word_bonus": [-1.0, -0.5, 0.5, 1.0],
    "stranger_bonus": [-2.0, 2.0],
    "blank_penalty": [-0.5, 0.5],
}
ROUNDS = 2
AUDIBLE = 0.02  # of full scale, in 10 ms: where an utterance of the synthetic voices begins and ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--data", "--festvox", "--prompts"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--model", type=Path, default=REPOSITORY / "models" / "ru-small")
    parser.add_argument("--limit", type=int, default=70, help="utterances of each set")
    parser.add_argument("--keep-beam", action="store_true", help="only confidence and times")
    given = parser.parse_args()
    sources = sets.Sources(given.data, given.festvox, given.prompts)
    recogniser = fed_with_features(models.load_ctc(models.read(given.model)))
    examples = {name: sets.load(name, sources)[: given.limit] for name in sets.DEV}
    tables = {
        name: [recogniser.log_probs(sets.features_of(e)) for e in some] for name, some in examples.items()
    }
    path = given.model / models.CONFIG
    config = json.loads(path.read_text())
    config["beam"] = {**STARTS, **config.get("beam", {})}
    if not given.keep_beam:
        config["beam"] = climbed(recogniser, examples, tables, config["beam"])
    config |= times(recogniser, examples["synthetic_dev"], tables["synthetic_dev"])
    recogniser = searching(recogniser, config["beam"])
    config["confidence"] = calibrated(recogniser, examples, tables)
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")


Examples = dict[str, list[sets.Example]]
Tables = dict[str, list[LogProbs]]


def searching(recogniser: CtcRecognizer, settings: dict[str, Any]) -> CtcRecognizer:
    """The same recogniser with other settings of the search."""
    assert recogniser.search is not None
    search = BeamSearch(recogniser.vocabulary, recogniser.search.language, BeamSettings(**settings))
    return dataclasses.replace(recogniser, search=search)


def climbed(
    recogniser: CtcRecognizer, examples: Examples, tables: Tables, best: dict[str, Any]
) -> dict[str, Any]:
    """Coordinate descent on the mean word error rate of the development sets."""
    least = mean_rate(searching(recogniser, best), examples, tables)
    print(f"{least:.4f} {best}", flush=True)
    for _ in range(ROUNDS):
        before = least
        for name, steps in STEPS.items():
            for tried in [best | {name: round(best[name] + step, 3)} for step in steps]:
                rate = mean_rate(searching(recogniser, tried), examples, tables)
                print(f"{rate:.4f} {tried}", flush=True)
                if rate < least:
                    least, best = rate, tried
        if least == before:
            break
    return best


def mean_rate(recogniser: CtcRecognizer, examples: Examples, tables: Tables) -> float:
    """Word error rate, the sets weighing the same."""
    return float(np.mean([set_rate(recogniser, examples[name], tables[name]) for name in examples]))


def set_rate(recogniser: CtcRecognizer, examples: list[sets.Example], tables: list[LogProbs]) -> float:
    assert recogniser.search is not None
    errors = [
        word_error_rate.count(example.text.split(), found[0].text.split())
        for example, found in zip(examples, recogniser.search.readings(tables), strict=True)
    ]
    edits = sum(e.substitutions + e.insertions + e.deletions for e in errors)
    return edits / sum(e.reference_words for e in errors)


def times(recogniser: CtcRecognizer, examples: list[sets.Example], tables: list[LogProbs]) -> dict[str, int]:
    """Offsets from the frames of a word's first and last letters to its sound, in milliseconds.

    The first word of a synthetic utterance starts where its sound starts, the last one ends where it ends.
    """
    starts, ends = [], []
    ids = {symbol: number for number, symbol in enumerate(recogniser.vocabulary.symbols)}
    step_ms = recogniser.timing.frame_ms
    for example, table in zip(examples, tables, strict=True):
        assert example.wave is not None
        symbols = [recogniser.vocabulary.space if c == " " else ids[c] for c in example.text]
        path = alignment.align(table, symbols, recogniser.vocabulary.blank)
        loud = np.abs(example.wave[: len(example.wave) // 80 * 80].reshape(-1, 80)).max(axis=1) > AUDIBLE
        sounding = np.flatnonzero(loud) * 10
        starts.append(sounding[0] - path.begins[0] * step_ms)
        ends.append(sounding[-1] + 10 - path.ends[-1] * step_ms)
    print(
        "start offsets", np.percentile(starts, [10, 50, 90]), "end offsets", np.percentile(ends, [10, 50, 90])
    )
    return {"word_start_offset_ms": round(np.median(starts)), "word_end_offset_ms": round(np.median(ends))}


def calibrated(recogniser: CtcRecognizer, examples: Examples, tables: Tables) -> dict[str, float]:
    """Logistic regression: is a recognised word right, by what was seen of it?"""
    rows: list[list[float]] = []
    right: list[bool] = []
    for name in examples:
        for example, table in zip(examples[name], tables[name], strict=True):
            for seen, found in judged(recogniser, example.text, table):
                rows.append(seen)
                right.append(found)
    weights = logistic(np.array(rows), np.array(right, float))
    names = ("posterior", "ratio", "support", "clarity", "bias")
    return dict(zip(names, (round(float(weight), 3) for weight in weights), strict=True))


def judged(recogniser: CtcRecognizer, text: str, table: LogProbs) -> list[tuple[list[float], bool]]:
    """Evidence of every recognised word, and whether the reference has it at about that place."""
    assert recogniser.search is not None
    readings = recogniser.search.readings([table])[0]
    heard = readings[0].text
    if not heard:
        return []
    ids = {symbol: number for number, symbol in enumerate(recogniser.vocabulary.symbols)}
    symbols = [recogniser.vocabulary.space if c == " " else ids[c] for c in heard]
    path, first, found = alignment.align(table, symbols, recogniser.vocabulary.blank), 0, []
    correct = matched(text.split(), heard.split())
    clear = clarity(table, recogniser.vocabulary.blank)
    for word, is_right in zip(heard.split(), correct, strict=True):
        letters = slice(first, first + len(word))
        seen = evidence(table, symbols[letters], path.begins[letters].tolist(), path.ends[letters].tolist())
        found.append(([*seen, support(word, readings), clear], is_right))
        first = letters.stop + 1
    return found


def matched(reference: list[str], heard: list[str]) -> list[bool]:
    """Which heard words are part of the longest common subsequence with the reference."""
    table = np.zeros((len(reference) + 1, len(heard) + 1), int)
    for i, said in enumerate(reference, 1):
        for j, word in enumerate(heard, 1):
            table[i, j] = table[i - 1, j - 1] + 1 if said == word else max(table[i - 1, j], table[i, j - 1])
    i, j, right = len(reference), len(heard), [False] * len(heard)
    while i and j:
        if reference[i - 1] == heard[j - 1]:
            i, j = i - 1, j - 1
            right[j] = True
        elif table[i - 1, j] >= table[i, j - 1]:
            i -= 1
        else:
            j -= 1
    return right


def logistic(
    rows: np.ndarray[Any, np.dtype[np.float64]], right: np.ndarray[Any, np.dtype[np.float64]]
) -> Any:
    """Weights of the columns and, last, the bias: Newton's method with a little ridge."""
    table = np.hstack([rows, np.ones((len(rows), 1))])
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        sure = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (sure - right) + 1e-2 * weights
        curvature = (table * (sure * (1 - sure))[:, None]).T @ table + 1e-2 * np.eye(len(weights))
        weights = weights - np.linalg.solve(curvature, slope)
    print(f"confidence: {len(right)} words, {right.mean():.1%} right, log loss "
          f"{-np.mean(np.log(np.where(right > 0, sure, 1 - sure))):.3f}")  # fmt: skip
    return weights


if __name__ == "__main__":
    main()
