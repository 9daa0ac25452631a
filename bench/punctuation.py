"""How fast text is punctuated and profanity is looked for: rows of `python -m bench.text`."""

import time
from collections.abc import Callable, Sequence

from bench.report import Row
from govor.text import literature, punctuation_file
from govor.text.profanity import Profanity

SECONDS = 2.0  # of processor time for a speed
LONG_TEXT_WORDS = 50_000  # an audio book of six hours
UTTERANCE_WORDS = 12


def per_second(work: Callable[[], object], words: int) -> float:
    """Words that go through `work`, which does `words` at a time, in a second of one core."""
    times, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        work()
        times += 1
    return times * words / spent


def rows(sentences: Sequence[Sequence[str]]) -> list[Row]:
    """Speeds on the words of these sentences: one long text, and utterance after utterance."""
    words = [word for sentence in sentences for word in sentence]
    text = (words * (LONG_TEXT_WORDS // len(words) + 1))[:LONG_TEXT_WORDS]
    pauses = [index * 37 % 700 for index in range(len(text) - 1)]
    utterances = [words[at : at + UTTERANCE_WORDS] for at in range(0, len(words), UTTERANCE_WORDS)]
    model = literature.punctuator(punctuation_file.EMBEDDED)
    filtered = Profanity()

    def one_by_one() -> None:
        for utterance in utterances:
            model.styled(utterance)

    long, short = (
        per_second(lambda: model.styled(text, pauses), len(text)),
        per_second(one_by_one, len(words)),
    )
    masked = per_second(lambda: filtered.masked(text), len(text))
    return [
        Row(what="punctuation: one long text", value=long, unit="words/s", target="≥ 20,000"),
        Row(what="punctuation: utterances of 12 words", value=short, unit="words/s", target="≥ 20,000"),
        Row(what="profanity: one long text", value=masked, unit="words/s"),
    ]
