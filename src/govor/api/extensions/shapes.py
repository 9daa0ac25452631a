"""The JSON of the extensions API, as openapi.yaml has it. Pure."""

from collections.abc import Sequence
from typing import Any

from govor.api import wire_errors
from govor.api.v2_json import timestamp
from govor.overview import View
from govor.pipeline.waveform import Waveform
from govor.recognition.serving import Served
from govor.records import Caller
from govor.storage.journal import Day
from govor.storage.webhooks import WAITING, Delivery, Webhook

Document = dict[str, Any]


def me(caller: Caller, auth: str) -> Document:
    """Who calls."""
    return {
        "subject": caller.subject_id,
        "folder": caller.folder_id,
        "auth": auth,
        "roles": sorted(caller.roles),
    }


def language(served: Served) -> Document:
    """Which model serves a language, and the command that brings a better one."""
    better = served.recommended
    document: Document = {
        "language": served.language,
        "model": served.model or None,
        "quality": served.quality,
        "recommended": better or None,
        "command": f"govor models pull {better}" if better else None,
        "wordErrorRate": served.word_error_rate,
    }
    return document | ({"problem": served.problem} if served.problem else {})


def usage(days: Sequence[Day]) -> Document:
    """What was used, by day and in all."""
    rows = [{"date": day.day, **figures(day)} for day in days]
    names = ("operations", "audioSeconds", "failures")
    return {"days": rows, "total": {name: round(sum(row[name] for row in rows), 3) for name in names}}


def figures(day: Day) -> Document:
    """Of one day."""
    return {
        "operations": day.operations,
        "audioSeconds": seconds(day.audio_ms),
        "failures": day.failures,
    }


def operation(view: View, *, audio: bool) -> Document:
    """One operation; `audio` says whether its recording lies in a bucket that we can read."""
    now = view.progress
    document = {
        "id": view.id,
        "name": view.name,
        "state": view.state,
        "stage": str(now.stage),
        "createdAt": moment(view.created_ms),
        "modifiedAt": moment(view.modified_ms),
        "createdBy": view.subject_id,
        "api": view.api,
        "language": view.language,
        "model": view.model,
        "channels": now.channels,
        "audioSeconds": None if now.audio_ms is None else seconds(now.audio_ms),
        "progress": now.share,
        "partsDone": now.parts_done,
        "parts": now.parts,
        "estimatedSecondsLeft": now.seconds_left,
        "error": wire_errors.failure_document(view.failure),
        "speakers": dict(view.speakers),
        "audio": audio,
        "version": view.version,
    }
    return document | ({"warnings": list(view.warnings)} if view.warnings else {})


def waveform(drawn: Waveform) -> Document:
    """Peaks and speech of each channel."""
    channels = [
        {"peaks": list(peaks), "speech": [[seconds(begin), seconds(end)] for begin, end in speech]}
        for peaks, speech in zip(drawn.peaks, drawn.speech, strict=True)
    ]
    return {"audioSeconds": seconds(drawn.audio_ms), "channels": channels}


def webhook(hook: Webhook, deliveries: Sequence[Delivery] | None = None) -> Document:
    """A webhook; with its secret only where that is shown."""
    document = {"id": hook.id, "url": hook.url, "createdAt": moment(hook.created_ms)}
    if hook.secret:
        document["secret"] = hook.secret
    return document | ({} if deliveries is None else {"deliveries": [delivery(each) for each in deliveries]})


def delivery(each: Delivery) -> Document:
    """What became of telling one address."""
    document: Document = {
        "id": each.id,
        "operationId": each.operation_id,
        "state": each.state,
        "attempts": each.attempts,
        "createdAt": moment(each.created_ms),
    }
    if each.state == WAITING:
        document["nextAttemptAt"] = moment(each.next_ms)
    return document | ({"lastAnswer": each.last_answer} if each.last_answer else {})


def event(view: View, *, audio: bool) -> Document:
    """What a webhook is told of an operation that has ended."""
    return {
        "type": f"operation.{view.state}",
        "timestamp": moment(view.modified_ms),
        "data": operation(view, audio=audio),
    }


def moment(ms: int) -> str:
    """Whole seconds and Z."""
    return timestamp(ms // 1000)


def seconds(ms: int) -> float:
    """Milliseconds as seconds."""
    return ms / 1000
