"""`python -m bench.exports`: what each export of a 4-hour transcript takes, from the store to the file.

Seconds are of processor time, so that another load on the machine does not change them much.

The transcript is made up: two channels, 30,000 words in utterances of 15, three readings each.
"""

import time

from bench.report import Row, report
from govor.api.extensions import export, transcripts
from govor.api.extensions.answers import written
from govor.api.v2_json import Style
from govor.engine.progress import Progress, Stage
from govor.overview import View
from govor.pipeline import stored
from govor.records import Chunk, Operation, Reading, Transcript, Word

HOURS, WORDS, WORDS_OF_AN_UTTERANCE = 4, 30_000, 15
SECONDS_MAX = 2.0  # what an export may take
RUNS = 3
VOCABULARY = ("здравствуйте", "меня", "зовут", "анна", "звоню", "по", "поводу", "заказа", "двадцать", "семь")


def transcript() -> Transcript:
    """Four hours."""
    step_ms = HOURS * 3_600_000 // WORDS
    chunks = []
    for first in range(0, WORDS, WORDS_OF_AN_UTTERANCE):
        words = tuple(
            Word(
                text=VOCABULARY[number % len(VOCABULARY)],
                start_ms=number * step_ms,
                end_ms=number * step_ms + step_ms * 3 // 4,
                confidence=0.5 + number % 50 / 100,
            )
            for number in range(first, first + WORDS_OF_AN_UTTERANCE)
        )
        text = " ".join(word.text for word in words)
        readings = tuple(Reading(text=text, probability=share) for share in (0.7, 0.2, 0.1))
        channel = 1 + first // WORDS_OF_AN_UTTERANCE % 2
        chunks.append(Chunk(channel=channel, words=words, text=f"{text}.", confidence=0.8, readings=readings))
    return Transcript(chunks=tuple(chunks), audio_ms=HOURS * 3_600_000, channels=2)


def view() -> View:
    """The operation around it."""
    return View(
        id="e03" + "0" * 17,
        folder_id="b1g",
        subject_id="aje",
        state="done",
        created_ms=0,
        modified_ms=0,
        progress=Progress(stage=Stage.FINISHED, share=1.0),
        name="four hours",
        speakers={"1": "Анна", "2": "Клиент"},
    )


def main() -> None:
    """Measure, print, save; fails when one is slower than it may be."""
    plain, of = stored.write_transcript(transcript()), view()
    rows: list[Row] = []
    for name, form in (*export.FORMATS.items(), ("transcript, three readings", None)):
        seconds, size = [], 0
        for _ in range(RUNS):
            began = time.process_time()
            read = stored.read_transcript(plain)
            if form is None:
                size = len(written(transcripts.document(of, read, 3)))
            else:
                size = len(form.write(of, operation(read), Style()))
            seconds.append(time.process_time() - began)
        target = f"≤ {SECONDS_MAX:g}"
        rows.append(Row(what=f"{name}, {size / 1e6:.1f} MB", value=min(seconds), unit="s", target=target))
    report("exports", rows)
    if slow := [row.what for row in rows if row.value > SECONDS_MAX]:
        raise SystemExit(f"slower than {SECONDS_MAX} s: {', '.join(slow)}")


def operation(read: Transcript) -> Operation:
    """The finished operation of a transcript."""
    return Operation(
        id="e03" + "0" * 17,
        created_at=0,
        created_by="aje",
        folder_id="b1g",
        modified_at=0,
        done=True,
        transcript=read,
    )


if __name__ == "__main__":
    main()
