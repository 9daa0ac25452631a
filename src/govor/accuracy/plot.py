"""The result as a picture (SVG): reliability of confidences, errors of the recordings. Pure."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from govor.accuracy import reliability
from govor.accuracy.report import Result
from govor.accuracy.score import total

SIDE = 300  # of each of the two fields, pixels
MARGIN = 60
WIDTH, HEIGHT = 2 * SIDE + 3 * MARGIN, SIDE + 2 * MARGIN
RATE_BINS = 11  # tenths of the word error rate; the last holds everything above 1
INK, BARS, LINE = "#222", "#5b8db8", "#c0392b"


def svg(result: Result) -> str:
    """A document of one picture: left confidence against truth, right recordings by word error rate."""
    summed = total(result.scores)
    judged = [word for each in result.scores for word in each.judged]
    error = reliability.expected_calibration_error(judged)
    low, high = (100 * end for end in summed.interval)
    title = (
        f"{result.model}: word error rate {100 * summed.rate:.1f} % [{low:.1f}, {high:.1f}] "
        f"of {summed.words.reference_words} words"
    )
    rates = [each.words.rate for each in result.scores]
    counts = [
        sum(min(RATE_BINS - 1, int(rate * 10)) == place for rate in rates) for place in range(RATE_BINS)
    ]
    parts = [
        _label(WIDTH / 2, 24, title, size=15),
        *_field(MARGIN, f"confidence of {len(judged)} words, calibration error {error:.3f}", "share right"),
        *_reliability(reliability.bins(judged), MARGIN),
        *_field(SIDE + 2 * MARGIN, "word error rate of a recording", f"of {len(rates)} recordings"),
        *_bars([count / max(1, *counts) for count in counts], SIDE + 2 * MARGIN, counts),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" fill="{INK}">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _reliability(bins: Sequence[reliability.Bin], left: float) -> list[str]:
    """Bars of the share that is right, and the line on which confidence is truth."""
    top, bottom = MARGIN, MARGIN + SIDE
    ends = f'x1="{left}" y1="{bottom}" x2="{left + SIDE}" y2="{top}"'
    diagonal = f'<line {ends} stroke="{LINE}" stroke-dasharray="4"/>'
    points = " ".join(
        f"{left + part.confidence * SIDE:.1f},{bottom - part.right * SIDE:.1f}" for part in bins if part.words
    )
    line = f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    return [*_bars([part.right for part in bins], left, [part.words for part in bins]), diagonal, line]


def _bars(heights: Sequence[float], left: float, counts: Sequence[int]) -> list[str]:
    """Bars of heights 0..1 side by side, each with its count above."""
    width, bottom = SIDE / len(heights), MARGIN + SIDE
    parts = []
    for place, (height, count) in enumerate(zip(heights, counts, strict=True)):
        if count:
            x, y = left + place * width, bottom - height * SIDE
            parts.append(
                f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{width - 2:.1f}" height="{height * SIDE:.1f}" '
                f'fill="{BARS}" fill-opacity="0.7"/>'
            )
            parts.append(_label(x + width / 2, max(y - 3, MARGIN - 3), str(count), size=9))
    return parts


def _field(left: float, below: str, beside: str) -> list[str]:
    """The frame of one picture with the names of its axes and marks at 0, 0.5 and 1."""
    bottom = MARGIN + SIDE
    frame = f'<rect x="{left}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{INK}"/>'
    marks = [_label(left + share * SIDE, bottom + 14, f"{share:g}", size=10) for share in (0, 0.5, 1)]
    name = _label(left + SIDE / 2, bottom + 34, below, size=12)
    x, y = left - 14, MARGIN + SIDE / 2
    upright = f'<g transform="rotate(-90 {x:.1f} {y:.1f})">{_label(x, y, beside, size=12)}</g>'
    return [frame, *marks, name, upright]


def _label(x: float, y: float, text: str, *, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="middle">{escape(text)}</text>'
