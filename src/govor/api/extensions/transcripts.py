"""A transcript as the extensions API has it: true confidences, speakers' names, other readings. Pure."""

from collections.abc import Mapping
from typing import Any

from govor.api.extensions.shapes import Document, seconds
from govor.overview import View
from govor.records import Chunk, Transcript, Word


def document(view: View, transcript: Transcript, alternatives: int) -> Document:
    """All of it; `alternatives` readings of each utterance, where there are so many."""
    return {
        "id": view.id,
        "name": view.name,
        "language": view.language,
        "audioSeconds": seconds(transcript.audio_ms),
        "channels": transcript.channels,
        "text": "\n".join(chunk.text for chunk in transcript.chunks),
        "speakers": dict(view.speakers),
        "utterances": [utterance(chunk, view.speakers, alternatives) for chunk in transcript.chunks],
    }


def utterance(chunk: Chunk, speakers: Mapping[str, str], alternatives: int) -> Document:
    """One utterance."""
    name = speakers.get(str(chunk.channel))
    return {
        "channel": chunk.channel,
        **({"speaker": name} if name else {}),
        "start": seconds(chunk.words[0].start_ms),
        "end": seconds(chunk.words[-1].end_ms),
        "text": chunk.text,
        "confidence": true(chunk.confidence),
        "words": [word(each) for each in chunk.words],
        "alternatives": readings(chunk)[:alternatives],
    }


def word(of: Word) -> Document:
    """As it was heard."""
    return {
        "word": of.text,
        "start": seconds(of.start_ms),
        "end": seconds(of.end_ms),
        "confidence": true(of.confidence),
    }


def readings(chunk: Chunk) -> list[dict[str, Any]]:
    """The one that was taken, then the others, most probable first."""
    taken = " ".join(each.text for each in chunk.words)
    if not chunk.readings:
        return [{"text": taken, "probability": None}]
    others = [each for each in chunk.readings if each.text != taken]
    mine = sum(each.probability for each in chunk.readings if each.text == taken)
    return [
        {"text": taken, "probability": round(mine, 3)},
        *({"text": each.text, "probability": round(each.probability, 3)} for each in others),
    ]


def true(confidence: float) -> float:
    """A confidence in a thousandth, within 0..1."""
    return round(min(max(confidence, 0.0), 1.0), 3)
