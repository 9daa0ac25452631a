"""A recogniser in a process of its own: `python -m govor.pipeline.recogniser_process`.

Rule 1: one line in, one line out. First comes a Start (see `greeting`), answered when the model is loaded;
        then a few clips at a time, answered with the words of each or with an error.
Rule 2: the process ends with its parent: when standard input closes, and by a signal should it be busy then.
Rule 3: nothing but answers goes to standard output; whatever a model's runtime prints goes to standard error.
"""

import base64
import ctypes
import importlib
import json
import os
import pickle
import signal
import sys
from typing import TYPE_CHECKING, Any, TextIO

from govor import errors
from govor.errors import GovorError, ModelFailed
from govor.records import Hearing, Reading, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govor.pipeline.clips import Clip
    from govor.recognition.recognizer import Recognizer

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
M_MMAP_THRESHOLD = -3  # <malloc.h>
LARGE_BYTES = 128 * 1024  # glibc's own threshold before it learns to keep large blocks for ever
NICENESS = 10  # below the service itself, which must answer while every core recognises


def greeting(loader: str, model: object) -> str:
    """The first line for a process: which function makes the recogniser (`module:name`), and from what."""
    return base64.b64encode(pickle.dumps((loader, model))).decode()


def clips_line(clips: "Sequence[Clip]", hot_words: "Sequence[str]" = ()) -> str:
    """A line that asks for the words of some clips, in which these phrases are expected."""
    rows = [[clip.path, clip.offset, clip.samples] for clip in clips]
    return json.dumps({"clips": rows, "hot_words": list(hot_words)})


def read_answer(line: str) -> list[Any]:
    """The value of an answer; raises the error that the process reported."""
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise error_of(*answer["error"])
    value: list[Any] = answer["ok"]
    return value


def words_of(heard: list[Any]) -> Hearing:
    """One clip's words and readings from their rows in an answer."""
    rows, readings = heard
    words = (
        Word(text=text, start_ms=start, end_ms=end, confidence=confidence, written=written)
        for text, start, end, confidence, written in rows
    )
    return Hearing.of(words, (Reading(text=text, probability=share) for text, share in readings))


def error_of(name: str, message: str, detail: str) -> GovorError:
    """One of our errors by its name; anything else is a failure of the model."""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, GovorError):
        return kind(message, detail)
    return ModelFailed("the recogniser failed", f"{name}: {message}")


def main() -> None:
    """Serve one parent until it is gone."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    die_with_parent()
    give_memory_back()
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then closes our input
    try:
        serve(sys.stdin, answers)
    except BrokenPipeError:  # the service is gone
        os._exit(1)


def serve(questions: TextIO, answers: TextIO) -> None:
    """Load the model, then answer line after line until the questions end."""
    try:
        recogniser = load(questions.readline())
    except Exception as error:
        print(failure(error), file=answers)
        return
    print(success([recogniser.sample_rate_hz]), file=answers)
    for line in questions:
        try:
            rows = recognise(recogniser, line)
        except Exception as error:  # a model's runtime may raise anything; the parent reports it
            print(failure(error), file=answers)
        else:
            print(success(rows), file=answers)


def load(line: str) -> "Recognizer":
    """Make the recogniser that a greeting asks for."""
    loader, model = pickle.loads(base64.b64decode(line))  # noqa: S301 - written by our own parent
    module, _, name = loader.partition(":")
    made: Recognizer = getattr(importlib.import_module(module), name)(model)
    return made


def recognise(recogniser: "Recognizer", line: str) -> list[Any]:
    """The words of each clip as rows of (text, start, end, confidence, written form), and its readings."""
    from govor.pipeline.clips import Clip  # numpy, which must find its limit set

    asked = json.loads(line)
    clips = [Clip(path=path, offset=offset, samples=samples) for path, offset, samples in asked["clips"]]
    waves = [clip.wave() for clip in clips]
    return [
        [
            [[word.text, word.start_ms, word.end_ms, word.confidence, word.written] for word in words],
            [[each.text, each.probability] for each in getattr(words, "readings", ())],
        ]
        for words in expecting(recogniser, asked["hot_words"]).words(waves)
    ]


def expecting(recogniser: "Recognizer", phrases: list[str]) -> "Recognizer":
    """The recogniser with these phrases raised, if it is one of those that can."""
    from govor.recognition.recognizer import Expecting

    if not phrases or not isinstance(recogniser, Expecting):
        return recogniser
    return recogniser.expecting(phrases)


def success(value: list[Any]) -> str:
    """The line for a result."""
    return json.dumps({"ok": value})


def failure(error: Exception) -> str:
    """The line for an error."""
    if isinstance(error, GovorError):
        return json.dumps({"error": [type(error).__name__, error.message, error.detail]})
    return json.dumps({"error": [type(error).__name__, str(error), ""]})


def die_with_parent() -> None:
    """Have the kernel kill us when the thread that started us is gone."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def give_memory_back() -> None:
    """Have the C library return what loading a model frees: 53 of 232 MB for the embedded one."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; other C libraries do so anyway
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


if __name__ == "__main__":
    main()
