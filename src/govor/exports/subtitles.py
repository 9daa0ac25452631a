"""SubRip and WebVTT: a cue for each stretch of an utterance that fits on the screen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from govor.exports.speakers import NO_NAMES, before
from govor.records import Chunk, Transcript, Word

# What subtitling guides agree on: two lines of about 42 characters, no cue longer than seven seconds.
CUE_CHARACTERS_MAX = 84
CUE_MS_MAX = 7_000


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    text: str


def clock(ms: int, point: str) -> str:
    """As 01:02:03,456, with "," for SubRip or "." for WebVTT."""
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, thousandths = divmod(rest, 1_000)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{thousandths:03d}"


def groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of words that fit on the screen together."""
    group: list[Word] = []
    for word in words:
        characters = sum(len(each.text) + 1 for each in group) + len(word.text)
        if group and (characters > CUE_CHARACTERS_MAX or word.end_ms - group[0].start_ms > CUE_MS_MAX):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def chunk_cues(chunk: Chunk) -> Iterator[Cue]:
    """The written text, in groups that fit; without its pieces, the words if one cue cannot hold it."""
    runs = list(groups(chunk.pieces or chunk.words))
    if len(runs) == 1:
        yield Cue(chunk.words[0].start_ms, chunk.words[-1].end_ms, chunk.text)
        return
    for run in runs:
        yield Cue(run[0].start_ms, run[-1].end_ms, " ".join(word.text for word in run))


def cues(transcript: Transcript, speakers: Mapping[str, str] = NO_NAMES) -> Iterator[Cue]:
    """All cues in time order; the speaker stands before the text where there are several, or names."""
    for chunk in transcript.chunks:
        speaker = before(chunk, transcript, speakers)
        for cue in chunk_cues(chunk):
            yield Cue(cue.start_ms, max(cue.end_ms, cue.start_ms + 1), speaker + cue.text)


def write_srt(transcript: Transcript, speakers: Mapping[str, str] = NO_NAMES) -> str:
    """SubRip."""
    return "".join(
        f"{number}\n{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(cues(transcript, speakers), start=1)
    )


def write_vtt(transcript: Transcript, speakers: Mapping[str, str] = NO_NAMES) -> str:
    """WebVTT."""
    body = "".join(
        f"{clock(cue.start_ms, '.')} --> {clock(cue.end_ms, '.')}\n{cue.text}\n\n"
        for cue in cues(transcript, speakers)
    )
    return f"WEBVTT\n\n{body}"
