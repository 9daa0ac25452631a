"""How good models/ru-text is: python -m training.punctuation.evaluate --data DIR [--prompts TSV] [--tune]

Prints precision, recall and F1 of each mark and of the capitals on held-out books, by the service's own code,
and keeps them in results.json beside the model. `--tune` first settles the biases of the marks on the
development book and writes them into config.json with the checksum of the weights.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np

from govor.text import punctuation_file
from govor.text.punctuation import MARKS, Punctuator, Styled
from training.punctuation import corpus
from training.punctuation.corpus import COMMA, NAME, PERIOD, QUESTION, Labelled

MODEL = Path("models/ru-text")
SENTENCES = 20  # of a text: what somebody says at a stretch
BIASES = tuple(step / 5 for step in range(-4, 8))  # tried for each mark in turn
TUNING_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Score:
    """How often a mark was right; `count` is how often it stands in the book."""

    count: int
    precision: float
    recall: float
    f1: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of ru-text")
    parser.add_argument("--prompts", type=Path, help="manifest.tsv with transcripts of telephone prompts")
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    lines = corpus.sentences(given.data / "ru-text" / "sentences.txt.xz")
    dev = texts([lines[at] for at in corpus.DEV_LINES])
    if given.tune:
        write_biases((0.0, 0.0, 0.0, 0.0))
        write_biases(tuned(dev))
    sets = {
        "Chekhov, an author of whom nothing was trained on": texts([lines[at] for at in corpus.TEST_LINES]),
        "development: Kryukov": dev,
    }
    if given.prompts:
        sets["telephone prompts, written by others"] = prompts(given.prompts)
    found = {name: report(name, chosen) for name, chosen in sets.items()}
    (MODEL / "results.json").write_text(
        json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def texts(lines: Sequence[str]) -> list[list[Labelled]]:
    """The sentences, SENTENCES at a time."""
    sentences = [sentence for sentence in corpus.labelled(lines, Random(1)) if sentence]
    starts = range(0, len(sentences), SENTENCES)
    return [[word for sentence in sentences[at : at + SENTENCES] for word in sentence] for at in starts]


def prompts(manifest: Path) -> list[list[Labelled]]:
    """Each Russian transcript that has punctuation and no digits or foreign letters is a text of its own."""
    with manifest.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["language"] == "ru"]
    lines = [row["transcript"] for row in rows if row["transcript"].strip().endswith((".", "?", "!"))]
    made = [[word for sentence in corpus.labelled([line], Random(1)) for word in sentence] for line in lines]
    return [text for text in made if text]


def punctuator() -> Punctuator:
    return Punctuator(punctuation_file.read(MODEL.resolve()))


def report(name: str, chosen: Sequence[Sequence[Labelled]]) -> dict[str, object]:
    """Print the scores of one set."""
    model = punctuator()
    guessed = [model.styled([word.text for word in text]) for text in chosen]
    found = scores(chosen, guessed)
    words = sum(map(len, chosen))
    print(f"\n{name}: {words} words\n{'':10}{'count':>7}{'precision':>11}{'recall':>8}{'F1':>7}")
    for mark, score in found.items():
        print(f"{mark:10}{score.count:7}{score.precision:11.3f}{score.recall:8.3f}{score.f1:7.3f}")
    return {"words": words, **{mark: asdict(score) for mark, score in found.items()}}


def scores(chosen: Sequence[Sequence[Labelled]], guessed: Sequence[Sequence[Styled]]) -> dict[str, Score]:
    """One score for each mark, and of capitals: all of them, and those within sentences (names)."""
    truth = np.array([word.mark for text in chosen for word in text])
    guess = np.array([MARKS.index(styled.mark) for text in guessed for styled in text])
    inner = np.array([word.capital in (corpus.KEPT, NAME) for text in chosen for word in text])
    names = np.array([word.capital == NAME for text in chosen for word in text])
    begins = np.array([begin for text in chosen for begin in beginnings(text)])
    capitals = np.array([styled.capital for text in guessed for styled in text])
    guess_begins = np.array([begin for text in guessed for begin in styled_beginnings(text)])
    found = {MARKS[mark]: score(truth == mark, guess == mark) for mark in (COMMA, PERIOD, QUESTION)}
    found["capitals"] = score(names | begins, capitals)
    found["names"] = score(names[inner & ~guess_begins], capitals[inner & ~guess_begins])
    return found


def beginnings(text: Sequence[Labelled]) -> list[bool]:
    return [True, *(word.mark in (PERIOD, QUESTION) for word in text[:-1])]


def styled_beginnings(text: Sequence[Styled]) -> list[bool]:
    return [True, *(styled.mark in (".", "?") for styled in text[:-1])]


def score(truth: np.ndarray, guess: np.ndarray) -> Score:
    """Precision, recall and F1 of a yes-or-no question."""
    right = int((truth & guess).sum())
    precision, recall = right / max(1, int(guess.sum())), right / max(1, int(truth.sum()))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return Score(int(truth.sum()), round(precision, 3), round(recall, 3), round(f1, 3))


def tuned(dev: Sequence[Sequence[Labelled]]) -> tuple[float, ...]:
    """The biases with the best mean F1 of the three marks."""
    model = punctuator()
    logits = np.concatenate([model._scores([word.text for word in text])[0] for text in dev])
    truth = np.array([word.mark for text in dev for word in text])

    def mean_f1(biases: tuple[float, ...]) -> float:
        guess = (logits + np.array(biases, np.float32)).argmax(axis=1)
        return float(np.mean([score(truth == mark, guess == mark).f1 for mark in (COMMA, PERIOD, QUESTION)]))

    best = (0.0, 0.0, 0.0, 0.0)
    for mark in (COMMA, PERIOD, QUESTION) * TUNING_ROUNDS:
        best = max(((*best[:mark], bias, *best[mark + 1 :]) for bias in BIASES), key=mean_f1)
    return best


def write_biases(mark_biases: tuple[float, ...]) -> None:
    """Into config.json, which training wrote, with the checksum of the weights."""
    path = MODEL / punctuation_file.CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    raw = (MODEL / punctuation_file.WEIGHTS).read_bytes()
    config["mark_biases"] = list(mark_biases)
    config["files"] = {punctuation_file.WEIGHTS: hashlib.sha256(raw).hexdigest()}
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    punctuation_file.read.cache_clear()


if __name__ == "__main__":
    main()
