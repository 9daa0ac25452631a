"""Texts for the language model, the lexicon and the synthesis.

    python -m training.texts --data DIR --festvox DIR [--books DIR…] [--hunspell FILE] [--out DIR]

writes lm_train.txt (a sentence a line: lower case, ё → е, letters and spaces only), lexicon_extra.txt (word
forms, likeliest first) and speak.txt (sentences for training/synthesise.py). No sentence of a test or
development set is among them.
"""

import argparse
import lzma
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

from training import books, grammars, hunspell, splits
from training.alphabet import normalised
from training.paths import text_dir

SEED = 1337
GRAMMAR_SENTENCES = 60_000  # a sixth of the words: enough for numbers, not so many that prose is forgotten
REAL_COPIES = 3  # of the few texts of our time, VoxForge's and modern.txt, among books a century older
MODERN = Path(__file__).parent / "modern.txt"
SPOKEN_PROSE = 9_000
SPOKEN_GRAMMAR = 6_000
SPOKEN_WORDS = 4_000
SPOKEN_WORDS_MAX = 30  # about 20 s
EXTRA_FORMS = 300_000
HUNSPELL = Path("/usr/share/hunspell/ru_RU.dic")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--festvox", type=Path, required=True, help="the folder msu_ru_nsh_clunits")
    parser.add_argument("--books", type=Path, nargs="*", default=[], help="checkouts that books.py names")
    parser.add_argument("--hunspell", type=Path, default=HUNSPELL)
    parser.add_argument("--out", type=Path, default=text_dir())
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    secret = secret_texts(given.data, given.festvox)
    studio = [row["text"] for row in splits.festvox_test(given.data, given.festvox)]
    hidden = books.all_runs(secret)
    prose = [text for text in prose_sentences(given.data) if hidden.isdisjoint(books.runs(text))]
    library = sorted(set(books.sentences(given.books, secret)) - set(prose))
    random = Random(SEED)
    spoken = [
        text for text in (grammars.sentence(random) for _ in range(GRAMMAR_SENTENCES)) if text not in secret
    ]
    real = [text for text in real_texts(given.data) if text not in secret]
    real = [text for text in real if not any(splits.alike(text, other) for other in studio)]
    modern = [text for text in modern_sentences() if hidden.isdisjoint(books.runs(text))]
    training = [*prose, *library, *spoken, *[*real, *modern] * REAL_COPIES]
    write(given.out / "lm_train.txt", training)
    counts = Counter(word for text in training for word in text.split())
    write(given.out / "lexicon_extra.txt", extra_forms(given.hunspell, counts))
    write(given.out / "speak.txt", speakable(prose, counts, random))
    report(given.data, given.festvox, counts, given.out)


def prose_sentences(data: Path) -> list[str]:
    """The public-domain sentences that can be spelled without digits or foreign letters."""
    with lzma.open(data / "ru-text" / "sentences.txt.xz", "rt") as file:
        return [text for text in map(normalised, file) if text]


def modern_sentences() -> list[str]:
    """The sentences written for this project."""
    lines = [line for line in MODERN.read_text().splitlines() if not line.startswith("#")]
    return [text for text in map(normalised, lines) if text]


def real_texts(data: Path) -> list[str]:
    """The distinct texts of VoxForge's training split."""
    return sorted({row["text"] for row in splits.voxforge(data) if row["split"] == "train"})


def secret_texts(data: Path, festvox: Path) -> set[str]:
    """Every sentence of a test or development set."""
    rows = list(splits.voxforge(data))
    trained = {row["text"] for row in rows if row["split"] == "train"}
    secret = {row["text"] for row in rows if row["split"] != "train"} - trained
    secret |= {row["text"] for row in splits.festvox(festvox)}
    return secret | splits.synthetic_test_texts(data) | splits.synthetic_dev_texts(data)


def extra_forms(dictionary: Path, counts: Counter[str]) -> list[str]:
    """Forms of the dictionary that the texts lack, those of the most frequent paradigms first."""
    ranked: list[tuple[int, str]] = []
    for forms in hunspell.paradigms(dictionary):
        weight = sum(counts[form] for form in forms)
        ranked += [(weight, form) for form in forms if form not in counts]
    ranked.sort(key=lambda pair: (-pair[0], len(pair[1]), pair[1]))
    return list(dict.fromkeys(form for _, form in ranked))[:EXTRA_FORMS]


def speakable(prose: list[str], counts: Counter[str], random: Random) -> list[str]:
    """Prose of 2-20 s, numbers and phrases, and single words, the rare ones as likely as the frequent."""
    chosen = random.sample([text for text in prose if len(text.split()) <= SPOKEN_WORDS_MAX], SPOKEN_PROSE)
    chosen += [grammars.sentence(random) for _ in range(SPOKEN_GRAMMAR)]
    chosen += random.sample(sorted(counts), SPOKEN_WORDS)
    random.shuffle(chosen)
    return chosen


def write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def report(data: Path, festvox: Path, counts: Counter[str], out: Path) -> None:
    """Sizes, and how many words of the held-out sets the texts and the lexicon lack."""
    extra = set((out / "lexicon_extra.txt").read_text().split())
    print(f"{sum(counts.values())} words, {len(counts)} distinct, {len(extra)} extra forms")
    held = {
        "voxforge dev": [r["text"] for r in splits.voxforge(data) if r["split"] == "dev"],
        "voxforge test": [r["text"] for r in splits.voxforge(data) if r["split"] == "test"],
        "synthetic test": sorted(splits.synthetic_test_texts(data)),
        "festvox test": [row["text"] for row in splits.festvox_test(data, festvox)],
    }
    for name, texts in held.items():
        words = [word for text in texts for word in text.split()]
        missing = [word for word in words if counts[word] < 2]
        out_of_all = sum(word not in extra and word not in counts for word in missing)
        print(f"{name}: {len(words)} words, {len(missing) / len(words):.1%} seen less than twice, "
              f"{out_of_all / len(words):.1%} in neither the texts nor the lexicon")  # fmt: skip


if __name__ == "__main__":
    main()
