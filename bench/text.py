"""How fast text is written and how often it is wrong. `python -m bench.text [--show]`

Normalisation is judged on bench/text_sentences.tsv: sentences with the text they should become, written
before they were first tried; rules are made from tests/text/pairs instead. At the first run 3 of 138 came out
otherwise.
"""

import argparse
import time
from pathlib import Path

from bench import punctuation
from bench.report import Row, report
from govor.recognition.word_error_rate import count
from govor.text.normalisation import normalised
from govor.text.tokens import joined

SENTENCES = Path(__file__).parent / "text_sentences.tsv"
LANGUAGE = "ru-RU"
SECONDS = 2.0  # of processor time for a speed
PLAIN_TIMES = 9  # sentences without a number for each with one, as in a conversation


def pairs() -> list[tuple[str, str]]:
    """What was spoken, and what should be written."""
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [(spoken, written) for spoken, written in (line.split("\t") for line in lines)]


def words_per_second(sentences: list[list[str]]) -> float:
    """Words normalised in a second of one core, the sentences one by one, again and again."""
    words, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        for sentence in sentences:
            normalised(sentence, LANGUAGE)
            words += len(sentence)
    return words / spent


def normalisation(*, show: bool) -> list[Row]:
    """Speed on text full of numbers and on a conversation; errors on sentences no rule was made for."""
    told = pairs()
    wrong, edits, said = 0, 0, 0
    for spoken, expected in told:
        found = joined(normalised(spoken.split(), LANGUAGE))
        wrong += found != expected
        errors = count(expected.split(), found.split())
        edits += errors.edits
        said += errors.reference_words
        if show and found != expected:
            print(f"  {spoken}\n    {found}\n    {expected}")
    dense = [spoken.split() for spoken, expected in told if spoken != expected]
    plain = [spoken.split() for spoken, expected in told if spoken == expected]
    talk = dense + plain * (PLAIN_TIMES * len(dense) // len(plain))
    return [
        Row(what="numbers: a conversation", value=words_per_second(talk), unit="words/s", target="≥ 200,000"),
        Row(what="numbers: numbers in every sentence", value=words_per_second(dense), unit="words/s"),
        Row(what=f"numbers: sentences written otherwise, of {len(told)}", value=wrong / len(told), unit=""),
        Row(what="numbers: word error rate of what is written", value=edits / said, unit=""),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the sentences that are written otherwise")
    numbers = normalisation(show=parser.parse_args().show)
    report("text", [*numbers, *punctuation.rows([spoken.split() for spoken, _ in pairs()])])


if __name__ == "__main__":
    main()
