"""What hot words gain and cost, on recordings whose text is known (a manifest of `govor bench accuracy`).

    python -m bench.hot_words MANIFEST [--phrases N] [--limit N] [--bonus NATS] [--price NATS]

The N rarest words of the texts are expected: those that the language model finds least likely, names and
words in no list first. The network runs once; the search runs without them, with them, and with as many
words that nobody says.
"""

import argparse
import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.report import Row, report
from govor.accuracy import measure
from govor.accuracy.score import interval
from govor.audio import decode, sniff
from govor.pipeline import local
from govor.recognition import models, word_alignment
from govor.recognition.beam import BeamSearch
from govor.recognition.ctc import CtcRecognizer, LogProbs
from govor.recognition.segments import Segmenter
from govor.recognition.word_error_rate import tally
from govor.settings import Settings
from govor.text import spoken_form

SECONDS_MAX = 3_600.0
LETTERS_MIN = 4  # shorter words are no names


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A recording: its words, and what the network says of its segments."""

    words: list[str]
    tables: list[LogProbs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--phrases", type=int, default=50)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--bonus", type=float, help="hot_bonus of the search")
    parser.add_argument("--price", type=float, help="hot_price_nats of the search")
    given = parser.parse_args()
    recogniser = models.load_ctc(models.find("ru-RU", Settings()))
    assert recogniser.search is not None
    changed = {"hot_bonus": given.bonus, "hot_price_nats": given.price}
    settings = {name: value for name, value in changed.items() if value is not None}
    old = recogniser.search
    search = BeamSearch(old.vocabulary, old.language, dataclasses.replace(old.settings, **settings))
    recordings = measure.read(given.manifest)[: given.limit]
    known = [Known(spoken_form.words(each.text), tables(recogniser, each.path)) for each in recordings]
    hot = rarest({word for each in known for word in each.words}, search, given.phrases)
    strange = unsaid(hot, search)
    plain, raised, misled = (heard(search.expecting(phrases), known) for phrases in (hot[:0], hot, strange))
    report("hot_words", rows(known, hot, strange, plain=plain, raised=raised, misled=misled))


def tables(recogniser: CtcRecognizer, path: Path) -> list[LogProbs]:
    """log p of each segment of a recording's first channel."""
    spec = sniff.probe(path.read_bytes()[: sniff.HEAD_BYTES], local.declared_by_content(path))
    rate = recogniser.sample_rate_hz
    segmenter = Segmenter(rate)
    segments = []
    for block in decode.decode(path, spec, sample_rate_hz=rate, audio_seconds_max=SECONDS_MAX):
        segments += segmenter.feed(block.samples[0])
    segments += segmenter.finish()
    return [recogniser.log_probs(each.samples.astype(np.float32) / np.float32(32_768)) for each in segments]


def rarest(words: set[str], search: BeamSearch, count: int) -> list[str]:
    """The words that the language finds least likely for their length."""
    letters = set(search.language.alphabet)
    fit = [word for word in words if len(word) >= LETTERS_MIN and set(word) <= letters]
    return sorted(fit, key=lambda word: (search.price(word), word))[:count]


def unsaid(hot: Sequence[str], search: BeamSearch) -> list[str]:
    """Words like these that nobody says: each takes its end from the next."""
    turned = [*hot[1:], *hot[:1]]
    made = [
        word[: len(word) // 2] + other[len(other) // 2 :] for word, other in zip(hot, turned, strict=True)
    ]
    return [word for word in made if word not in set(hot)]


def heard(search: BeamSearch, known: Sequence[Known]) -> list[list[str]]:
    """The words of every recording."""
    found = []
    for each in known:
        readings = search.readings(each.tables)
        found.append([word for some in readings for word in some[0].text.split()])
    return found


def rows(
    known: Sequence[Known], hot: Sequence[str], strange: Sequence[str], *,
    plain: list[list[str]], raised: list[list[str]], misled: list[list[str]],
) -> list[Row]:  # fmt: skip
    """Recall of the hot words, false ones, and word error rates."""
    wanted = set(hot)
    said = sum(word in wanted for each in known for word in each.words)
    found = [Row(what="hot words", value=len(hot), unit=""), Row(what="times said", value=said, unit="")]
    for how, words in (("without", plain), ("with", raised)):
        right, wrong = right_and_wrong(known, words, wanted)
        found += [
            Row(what=f"{how} the list: heard where said", value=100 * right / max(1, said), unit="%"),
            Row(what=f"{how} the list: heard where not said", value=wrong, unit="times"),
        ]
    invented = sum(word in set(strange) for words in misled for word in words)
    found.append(Row(what=f"{len(strange)} words that nobody says: heard", value=invented, unit="times"))
    for how, words in (("no list", plain), ("the list", raised), ("a list of what nobody says", misled)):
        rate, low, high = error_rate(known, words)
        found.append(Row(what=f"word error rate, {how} [{low:.1f}, {high:.1f}]", value=rate, unit="%"))
    return found


def right_and_wrong(known: Sequence[Known], words: list[list[str]], wanted: set[str]) -> tuple[int, int]:
    """How often a wanted word was heard in its place, and elsewhere."""
    tally: Counter[bool] = Counter()
    for each, got in zip(known, words, strict=True):
        for said, other in word_alignment.pairs(each.words, got):
            if other in wanted:
                tally[said == other] += 1
    return tally[True], tally[False]


def error_rate(known: Sequence[Known], words: list[list[str]]) -> tuple[float, float, float]:
    """Percent, with its 95 % interval."""
    counts = []
    for each, got in zip(known, words, strict=True):
        counted = tally(word_alignment.pairs(each.words, got))
        counts.append((counted.edits, counted.reference_words))
    low, high = interval(counts)
    return 100 * sum(edits for edits, _ in counts) / sum(n for _, n in counts), 100 * low, 100 * high


if __name__ == "__main__":
    main()
