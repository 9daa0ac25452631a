"""Cut real utterances between words, so that few texts make many: the corpus `pieces`.

    python -m training.cuts [--run NAME]

VoxForge's training split has 451 texts; a network soon knows them by heart. A half-trained network is good
enough to say where the words of a known text lie; spans of 1-5 words become utterances of their own, which
batches.py joins at random, a speaker's with the same speaker's.
"""

import argparse
import csv
import os
from collections.abc import Iterator

import numpy as np
import torch

from govor.recognition.alignment import align
from training import augment
from training.alphabet import BLANK_ID, encode
from training.corpus import FIELDS, Corpus, Utterance, read
from training.model import Recogniser, Shape
from training.paths import corpora_dir, work_dir

SEED = 1337
SPANS_TRIED = 16  # of each utterance
SPAN_WORDS_MAX = 5  # longer ones are remembered as texts
GAP_STEPS_MIN = 2  # 60 ms between the letters on both sides, or the words are one sound
LOG_PROB_MIN = -1.5  # mean of the aligned letters, nats; below, text and sound may differ
STEP_FRAMES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="main")
    given = parser.parse_args()
    model = Recogniser(Shape())
    model.load_state_dict(torch.load(work_dir() / "runs" / given.run / "last.pt")["average"])
    corpus, folder = read(corpora_dir() / "voxforge"), corpora_dir() / "pieces"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    with (folder / "index.tsv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(FIELDS)
        for utterance in corpus.split("train"):
            words = utterance.text.split()
            for first, last, start, stop in spans(cuts(model.eval(), corpus, utterance), random):
                row = [utterance.offset + start, stop - start, "train", utterance.speaker]
                writer.writerow([*row, " ".join(words[first:last])])
    (folder / "features.npy").unlink(missing_ok=True)
    os.link(corpora_dir() / "voxforge" / "features.npy", folder / "features.npy")


@torch.no_grad()
def cuts(model: Recogniser, corpus: Corpus, utterance: Utterance) -> list[tuple[int, int]]:
    """Where the utterance may be cut: (number of words before, frame); its ends included."""
    features = torch.from_numpy(augment.plain(corpus.bands(utterance)).T.copy())[None]
    log_probs = model(features, torch.tensor([features.shape[2]]))[0][0].numpy()
    ids = encode(utterance.text)
    if 2 * len(ids) + 1 > len(log_probs):
        return []
    path = align(log_probs, ids, BLANK_ID)
    if log_probs[path.begins, ids].mean() < LOG_PROB_MIN:
        return []
    found = [(0, 0)]
    for number, place in enumerate((i for i, letter in enumerate(utterance.text) if letter == " "), 1):
        end, begin = int(path.ends[place - 1]), int(path.begins[place + 1])
        if begin - end >= GAP_STEPS_MIN:
            found.append((number, (end + begin) * STEP_FRAMES // 2))
    return [*found, (len(utterance.text.split()), utterance.frames)]


def spans(found: list[tuple[int, int]], random: np.random.Generator) -> Iterator[tuple[int, int, int, int]]:
    """Random spans between cuts: first word, word after the last, first frame, frame after the last."""
    if len(found) < 3:
        return
    for _ in range(SPANS_TRIED):
        left = int(random.integers(len(found) - 1))
        right = int(random.integers(left + 1, len(found)))
        (first, start), (last, stop) = found[left], found[right]
        if last - first <= SPAN_WORDS_MAX and stop - start >= 20:
            yield first, last, start, stop


if __name__ == "__main__":
    main()
