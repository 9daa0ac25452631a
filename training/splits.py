"""Who is in training, development and test. No audio is read here.

VoxForge's speaker `urp` IS the speaker of Debian's festvox-ru: the same recordings (the cepstra of
festvox-ru's ru_0002.wav and of urp/wav/ru_0002 correlate at 0.999). festvox-ru is a test set, so `urp` is
left out of everything. So is every reading of a text of the test sets, whoever reads it.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from training.alphabet import normalised

Row = dict[str, str]

FESTVOX_TWINS = {"urp"}
TEST_VOICE = "Elena"
SYNTHETIC_TEST_UTTERANCES = 200
SYNTHETIC_DEV_UTTERANCES = 120
FESTVOX_TEST_UTTERANCES = 200
VOXFORGE_DEV_TEXTS = 60
VOXFORGE_DEV_SPEAKERS = 12
RUNNING_WORDS_MIN = 6  # a running sentence, not a number or a phrase
FESTVOX_TEXTS = "etc/txt.done.data"
ALIKE_MIN = 0.7
NUMBER_WORDS = re.compile(r"\b(ноль|один|два|три|пять|рубл\w*|тысяч\w*|сто|двадцать|тридцать|телефон)\b")


def order(text: str) -> str:
    """A fixed shuffle: sort by this."""
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(path: Path) -> list[Row]:
    """Lines of a tab-separated manifest."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def festvox(voice: Path) -> list[Row]:
    """The human recordings of festvox-ru: wave, text; `voice` is its msu_ru_nsh_clunits folder."""
    lines = (voice / FESTVOX_TEXTS).read_text().splitlines()
    found = [re.match(r'\( (\S+) "(.*)"', line) for line in lines]
    pairs = [(match[1], normalised(match[2])) for match in found if match]
    return [{"wave": f"wav/{name}.wav", "text": text} for name, text in pairs if text]


def festvox_unheard(data: Path, voice: Path) -> list[Row]:
    """The recordings whose texts nobody else reads in VoxForge: their speaker and words are both unseen."""
    rows = manifest(data / "voxforge-ru-mfcc" / "manifest.tsv")
    heard = {row["text"] for row in rows if row["speaker"] not in FESTVOX_TWINS}
    return [row for row in festvox(voice) if not any(alike(row["text"], text) for text in heard)]


def festvox_test(data: Path, voice: Path) -> list[Row]:
    """200 of them."""
    return sorted(festvox_unheard(data, voice), key=lambda row: order(row["text"]))[:FESTVOX_TEST_UTTERANCES]


def alike(first: str, second: str) -> bool:
    """The same sentence, or another transcript of it: seven words of ten are the same."""
    ours, theirs = set(first.split()), set(second.split())
    return len(ours & theirs) > ALIKE_MIN * max(len(ours), len(theirs))


@lru_cache
def synthetic_test_texts(data: Path) -> frozenset[str]:
    """200 running sentences of the voice that is never trained on."""
    rows = manifest(data / "ru-synthetic" / "manifest.tsv")
    running = {row["text"] for row in rows if row["voice"] == TEST_VOICE and is_running(row["text"])}
    return frozenset(sorted(running, key=order)[:SYNTHETIC_TEST_UTTERANCES])


@lru_cache
def synthetic_dev_texts(data: Path) -> frozenset[str]:
    """Running sentences of the trained voices, kept for development."""
    rows = manifest(data / "ru-synthetic" / "manifest.tsv")
    running = {row["text"] for row in rows if row["voice"] != TEST_VOICE and is_running(row["text"])}
    return frozenset(sorted(running - synthetic_test_texts(data), key=order)[:SYNTHETIC_DEV_UTTERANCES])


def is_running(text: str) -> bool:
    """Prose of some length, not numbers."""
    return len(text.split()) >= RUNNING_WORDS_MIN and not NUMBER_WORDS.search(text)


def synthetic(data: Path) -> Iterator[Row]:
    """Manifest lines with `split`; the test voice is dropped except for its test sentences."""
    test, dev = synthetic_test_texts(data), synthetic_dev_texts(data)
    for row in manifest(data / "ru-synthetic" / "manifest.tsv"):
        if row["voice"] == TEST_VOICE:
            split = "test" if row["text"] in test else "unused"
        else:
            split = "unused" if row["text"] in test else "dev" if row["text"] in dev else "train"
        if split != "unused":
            yield row | {"split": split}


@lru_cache
def voxforge_dev_texts(data: Path) -> frozenset[str]:
    """Texts read once or twice in the training split; their few readings become the development set."""
    readings = Counter(row["text"] for row in voxforge_train_rows(data))
    rare = sorted((text for text, count in readings.items() if count <= 2), key=order)
    return frozenset(rare[:VOXFORGE_DEV_TEXTS])


@lru_cache
def voxforge_dev_speakers(data: Path) -> frozenset[str]:
    """Some speakers of a usual number of utterances; they read texts that others read in training too."""
    readings = Counter(row["speaker"] for row in voxforge_train_rows(data))
    usual = sorted((name for name, count in readings.items() if 8 <= count <= 12), key=order)
    return frozenset(usual[:VOXFORGE_DEV_SPEAKERS])


@lru_cache
def voxforge_train_rows(data: Path) -> list[Row]:
    """The stored training split without the twins of a test speaker."""
    rows = manifest(data / "voxforge-ru-mfcc" / "manifest.tsv")
    return [row for row in rows if row["split"] == "train" and row["speaker"] not in FESTVOX_TWINS]


def voxforge(data: Path) -> Iterator[Row]:
    """Manifest lines with `split` train, dev (unseen texts or unseen speakers) or test."""
    rows = manifest(data / "voxforge-ru-mfcc" / "manifest.tsv")
    texts, speakers = voxforge_dev_texts(data), voxforge_dev_speakers(data)
    for row in sorted(rows, key=lambda row: (row["shard"], int(row["offset"]))):
        held = row["text"] in texts or row["speaker"] in speakers
        if row["speaker"] not in FESTVOX_TWINS:
            yield row | {"split": "dev" if row["split"] == "train" and held else row["split"]}
