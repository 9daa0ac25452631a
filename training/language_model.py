"""The language model of the embedded recogniser: from sentences to models/ru-small/lm.npz.

    python -m training.language_model [--text DIR] [--out FILE]

reads lm_train.txt (normalised sentences) and lexicon_extra.txt (words) as `python -m training.texts` leaves
them. Words of fewer than `count_min` occurrences, and the extra ones, are known to the lexicon but share the
statistics of one "rare word".
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from govor.recognition import language_file, lexicon
from govor.recognition.language_file import Contents
from govor.recognition.language_model import END, SPECIAL_WORDS, START, UNKNOWN, Codes, Ids, coded
from training.alphabet import LETTERS
from training.kneser_ney import estimate
from training.paths import REPOSITORY, text_dir
from training.spelling import spelling

count_min = 2  # words seen once teach the model how unknown words behave
bigram_loss = (
    2.5  # nats of the training text that dropping an entry may cost: 3.7 M of 8.6 M n-grams are left,
)
trigram_loss = 5.0  # for half a point of word error rate half the size and memory (LOG.md)
# Of the words that the model does not know, how many were seen once, how many are in the extra list, how many
# in neither: the mean of both development sets (LOG.md).
once_share, extra_share, stranger_share = 0.38, 0.40, 0.22


def main() -> None:
    """Build the file and print its numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", type=Path, default=text_dir())
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models/ru-small/lm.npz")
    given = parser.parse_args()
    sentences = (given.text / "lm_train.txt").read_text().splitlines()
    extra = (given.text / "lexicon_extra.txt").read_text().split()
    contents = build(sentences, extra)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    language_file.write(given.out, contents)
    model = contents.model
    print(
        f"{len(sentences)} sentences; {len(contents.letters)} words, {model.words} of them counted; "
        f"{len(model.bigrams)} pairs, {len(model.trigrams)} triples; {given.out.stat().st_size / 1e6:.1f} MB"
    )


def build(sentences: list[str], extra: Iterable[str] = ()) -> Contents:
    """Normalised sentences and further words → the language model."""
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(word for word in {*counts, *extra} if len(word) <= lexicon.WORD_LETTERS_MAX)
    counted = np.array([counts[word] >= count_min for word in words])
    ids = dict(
        zip(words, np.where(counted, SPECIAL_WORDS - 1 + np.cumsum(counted), UNKNOWN).tolist(), strict=True)
    )
    model = estimate(
        tokens(sentences, ids),
        SPECIAL_WORDS + int(counted.sum()),
        bigram_loss=bigram_loss,
        trigram_loss=trigram_loss,
    ).model()
    letters = lexicon.letters_of(words, LETTERS)
    return Contents(
        alphabet=LETTERS,
        letters=letters,
        counted=counted,
        model=model,
        spelling=spelling(letters, len(LETTERS)),
        shares=shares(np.array([counts[word] for word in words])),
        stranger_share=stranger_share,
    )


def shares(counts: Ids) -> Codes:
    """How often each word occurs → the code of its share in what the model says of it."""
    nats = np.zeros(len(counts))
    for rare, share in ((counts == 0, extra_share), ((counts > 0) & (counts < count_min), once_share)):
        nats[rare] = np.log(share / max(1, int(np.count_nonzero(rare))))
    return coded(nats)


def tokens(sentences: Iterable[str], ids: dict[str, int]) -> Ids:
    """START w1 w2 … END for each sentence, in one array."""
    flat: list[int] = []
    for sentence in sentences:
        flat.append(START)
        flat.extend(ids.get(word, UNKNOWN) for word in sentence.split())
        flat.append(END)
    return np.array(flat, np.int64)


if __name__ == "__main__":
    main()
