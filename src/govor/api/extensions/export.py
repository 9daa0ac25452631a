"""The files that a transcript can be had as. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from govor.api import proto_json, v2_json, v3_messages, wire_errors
from govor.api.v2_json import Style, timestamp
from govor.exports import docx, plain, subtitles
from govor.overview import View
from govor.records import Operation, Transcript

Write = Callable[[View, Operation, Style], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One kind of file."""

    suffix: str
    kind: str  # its media type
    write: Write


def as_text(write: Callable[..., str]) -> Write:
    """A writer of texts, with speakers' names."""
    return lambda view, operation, _: write(heard(operation), view.speakers).encode("utf-8", "replace")


def as_v2(_: View, operation: Operation, style: Style) -> bytes:
    """As API v2 answers it, whichever way it was submitted."""
    error = wire_errors.failure_document(operation.failure)
    return v2_json.write_operation(replace(operation, api=2), error, style) + b"\n"


def as_v3(_: View, operation: Operation, style: Style) -> bytes:
    """The events of API v3's getRecognition, one on each line."""
    events = v3_messages.events(operation, style)
    return "".join(f'{{"result":{proto_json.write(event)}}}\n' for event in events).encode()


def as_docx(view: View, operation: Operation, _: Style) -> bytes:
    """A document for people: title, then speakers and times."""
    about = docx.About(title=view.name or view.id, created=timestamp(view.created_ms // 1000))
    return docx.write(heard(operation), view.speakers, about)


def heard(operation: Operation) -> Transcript:
    """The transcript of an operation that has one."""
    assert operation.transcript is not None
    return operation.transcript


FORMATS: dict[str, Format] = {
    "txt": Format(suffix=".txt", kind="text/plain; charset=utf-8", write=as_text(plain.write)),
    "srt": Format(
        suffix=".srt", kind="application/x-subrip; charset=utf-8", write=as_text(subtitles.write_srt)
    ),
    "vtt": Format(suffix=".vtt", kind="text/vtt; charset=utf-8", write=as_text(subtitles.write_vtt)),
    "json": Format(suffix=".json", kind="application/json", write=as_v2),
    "v3": Format(suffix=".ndjson", kind="application/x-ndjson", write=as_v3),
    "docx": Format(
        suffix=".docx",
        kind="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        write=as_docx,
    ),
}
