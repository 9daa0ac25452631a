"""The JSON of an Operation as SpeechKit's API v2 writes it.

Rule 1: keys in the recorded order (done, response, id, …), one to a line, so that grep and sed can read it.
Rule 2: types as recorded: channelTag "1", times "0.160s", confidence the integer 1, whole seconds in dates.
Rule 3: an operation of API v3 has no response (getRecognition gives it) and an empty metadata.
Rule 4: written by hand: a 4-hour answer has 30,000 words, and json.dumps with an indent is slow.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from govor.records import Chunk, Operation, Transcript, Word

RESPONSE_TYPE = "type.googleapis.com/yandex.cloud.ai.stt.v2.LongRunningRecognitionResponse"
METADATA_TYPE = "type.googleapis.com/google.protobuf.Struct"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """What an administrator may have otherwise than SpeechKit does it."""

    always_chunks: bool = False  # "chunks": [] when nothing was recognised
    true_confidence: bool = False  # the recogniser's confidences, not 1
    metadata: bool = False  # of finished operations: what their result was made with


def write_operation(operation: Operation, error: Mapping[str, Any] | None, style: Style) -> bytes:
    """One Operation; `error` is its google.rpc.Status if it failed."""
    members = [f'"done": {"true" if operation.done else "false"}']
    if error is not None:
        members.append(f'"error": {_indented(error)}')
    elif operation.transcript is not None and operation.api == 2:
        members.append(f'"response": {_response(operation.transcript, style)}')
    members.append(f'"id": {quoted(operation.id)}')
    if operation.description:
        members.append(f'"description": {quoted(operation.description)}')
    members.append(f'"createdAt": "{timestamp(operation.created_at)}"')
    members.append(f'"createdBy": {quoted(operation.created_by)}')
    members.append(f'"modifiedAt": "{timestamp(operation.modified_at)}"')
    if operation.api == 3:
        members.append('"metadata": null')
    elif style.metadata and operation.transcript is not None:
        document = {"@type": METADATA_TYPE, "value": metadata(operation.transcript)}
        members.append(f'"metadata": {_indented(document)}')
    return _block("{", members, "}", 0).encode()


def metadata(transcript: Transcript) -> dict[str, Any]:
    """What a result was made with, so that it can be made again; the content of a google.protobuf.Struct."""
    return {"normalizationVersion": transcript.rules}


def write_response(transcript: Transcript, style: Style) -> str:
    """The response alone, for files."""
    return f"{_response(transcript, style)}\n"


def write_document(document: Mapping[str, Any]) -> bytes:
    """Any other answer in the same dress: one key to a line, Cyrillic as it is."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def duration(ms: int) -> str:
    """A protobuf Duration the way SpeechKit writes it: "0s", "1s", "0.020s"."""
    return f"{ms // 1000}s" if ms % 1000 == 0 else f"{ms // 1000}.{ms % 1000:03d}s"


def timestamp(epoch_seconds: int) -> str:
    """Whole seconds and Z, never a fraction or an offset."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def confidence(value: float, style: Style) -> str:
    """The integer 1, because SpeechKit says so; with `true_confidence` up to three digits."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if style.true_confidence else "1"


quoted = encode_basestring  # a JSON string, Cyrillic unescaped


def _block(opening: str, members: Iterable[str], closing: str, depth: int) -> str:
    separator = ",\n" + " " * (depth + 1)
    return f"{opening}\n{' ' * (depth + 1)}{separator.join(members)}\n{' ' * depth}{closing}"


def _indented(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n ")


def _response(transcript: Transcript, style: Style) -> str:
    members = [f'"@type": "{RESPONSE_TYPE}"']
    if transcript.chunks:
        chunks = (_chunk(chunk, style) for chunk in transcript.chunks)
        members.append(f'"chunks": {_block("[", chunks, "]", 2)}')
    elif style.always_chunks:
        members.append('"chunks": []')
    return _block("{", members, "}", 1)


def _chunk(chunk: Chunk, style: Style) -> str:
    alternative = _block(
        "{",
        (
            f'"words": {_block("[", (_word(word, style) for word in chunk.words), "]", 6)}',
            f'"text": {quoted(chunk.text)}',
            f'"confidence": {confidence(chunk.confidence, style)}',
        ),
        "}",
        5,
    )
    alternatives = _block("[", (alternative,), "]", 4)
    return _block("{", (f'"alternatives": {alternatives}', f'"channelTag": "{chunk.channel}"'), "}", 3)


def _word(word: Word, style: Style) -> str:
    return (
        "{\n"
        f'        "startTime": "{duration(word.start_ms)}",\n'
        f'        "endTime": "{duration(word.end_ms)}",\n'
        f'        "word": {quoted(word.text)},\n'
        f'        "confidence": {confidence(word.confidence, style)}\n'
        "       }"
    )
