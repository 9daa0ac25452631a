"""The result for people and for programs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from govor.accuracy import reliability
from govor.accuracy.score import Score, Total, confusions, total, worst
from govor.recognition.word_alignment import Pair

CONFUSIONS_SHOWN = 15
WORST_SHOWN = 5
BAR_CHARS = 20
NOTHING = "∅"  # in a confusion: nothing was said, or nothing heard


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A recording that could not be transcribed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Everything measured; `scores` has at least one recording."""

    model: str
    scores: tuple[Score, ...]
    failed: tuple[Failed, ...] = ()


def text(result: Result) -> str:
    """A page for a terminal."""
    scores, summed = result.scores, total(result.scores)
    minutes = sum(each.seconds for each in scores) / 60
    lines = [
        f"{result.model}: {len(scores)} recordings, {minutes:.1f} minutes"
        + (f", {len(result.failed)} failed" if result.failed else ""),
        rate_line("word error rate", summed.rate, summed.interval, _counts(summed)),
        rate_line(
            "character error rate",
            summed.character_rate,
            summed.character_interval,
            f"{summed.character_edits} edits in {summed.characters} characters",
        ),
        "",
        *_calibration_lines(scores),
        *_confusion_lines(scores),
        *_worst_lines(scores),
    ]
    return "\n".join(lines) + "\n"


def rate_line(name: str, rate: float, interval: tuple[float, float], counts: str) -> str:
    """`name 12.3 % [10.1, 14.5] counts`, in percent."""
    low, high = interval
    return f"{name:<22}{100 * rate:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]  {counts}"


def document(result: Result) -> dict[str, Any]:
    """The same for programs; rates are 0..1."""
    summed = total(result.scores)
    judged = [word for each in result.scores for word in each.judged]
    return {
        "model": result.model,
        "recordings": len(result.scores),
        "seconds": round(sum(each.seconds for each in result.scores), 3),
        "words": _words_document(summed),
        "characters": {
            "said": summed.characters,
            "edits": summed.character_edits,
            "rate": round(summed.character_rate, 5),
            "interval_95": [round(end, 5) for end in summed.character_interval],
        },
        "calibration": {
            "words": len(judged),
            "expected_error": round(reliability.expected_calibration_error(judged), 5),
            "bins": [
                {"low": part.low, "high": part.high, "words": part.words,
                 "confidence": round(part.confidence, 4), "right": round(part.right, 4)}
                for part in reliability.bins(judged)
            ],
        },
        "confusions": [
            {"said": said, "heard": heard, "times": times}
            for (said, heard), times in confusions(result.scores, 10 * CONFUSIONS_SHOWN)
        ],
        "files": [
            {"file": str(each.path), "words": each.words.reference_words, "errors": each.words.edits,
             "said": each.reference, "heard": each.heard}
            for each in result.scores
        ],
        "failed": [{"file": each.path, "reason": each.reason} for each in result.failed],
    }  # fmt: skip


def _words_document(summed: Total) -> dict[str, Any]:
    return {
        "said": summed.words.reference_words,
        "substitutions": summed.words.substitutions,
        "deletions": summed.words.deletions,
        "insertions": summed.words.insertions,
        "rate": round(summed.rate, 5),
        "interval_95": [round(end, 5) for end in summed.interval],
    }


def _counts(summed: Total) -> str:
    words = summed.words
    return (
        f"{words.substitutions} replaced, {words.deletions} missed, {words.insertions} added "
        f"of {words.reference_words} words"
    )


def _calibration_lines(scores: Sequence[Score]) -> list[str]:
    judged = [word for each in scores for word in each.judged]
    if not judged:
        return ["no word was heard", ""]
    error = reliability.expected_calibration_error(judged)
    lines = [f"confidence of {len(judged)} words heard: expected calibration error {error:.3f}"]
    for part in reliability.bins(judged):
        if part.words:
            bar = "█" * round(part.right * BAR_CHARS)
            lines.append(
                f"  {part.low:.1f}-{part.high:.1f}  {part.words:6} words, mean {part.confidence:.2f}, "
                f"right {part.right:.2f}  {bar}"
            )
    return [*lines, ""]


def _confusion_lines(scores: Sequence[Score]) -> list[str]:
    found = confusions(scores, CONFUSIONS_SHOWN)
    if not found:
        return []
    return [
        "most frequent confusions (said → heard)",
        *(f"  {times:4}  {_pair(p)}" for p, times in found),
        "",
    ]


def _pair(pair: Pair) -> str:
    said, heard = pair
    return f"{said or NOTHING} → {heard or NOTHING}"


def _worst_lines(scores: Sequence[Score]) -> list[str]:
    lines = []
    for each in worst(scores, WORST_SHOWN):
        lines.append(f"  {each.path}: {each.words.edits} errors in {each.words.reference_words} words")
        lines += [f"    said   {each.reference}", f"    heard  {each.heard}"]
    return ["recordings with most errors", *lines] if lines else []
