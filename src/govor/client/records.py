"""What the service answers, as frozen records; each is built from JSON at one door, its `of`.

Unknown fields are ignored, so that an older client understands a newer service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from govor.client.errors import BadAnswer, detail_of

Document = Mapping[str, Any]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Format = Literal["txt", "srt", "vtt", "json", "v3", "docx"]
Recording = str | Path | bytes | BinaryIO  # a str is the path of a file
ENDED = frozenset({"done", "failed", "cancelled"})


def moment(text: str) -> datetime:
    """RFC 3339 as Govor writes it."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why an operation failed."""

    code: int  # google.rpc.Code
    message: str
    detail: str = ""

    @classmethod
    def of(cls, document: Document) -> "Failure":
        """From {code, message, details}."""
        return cls(code=document["code"], message=document["message"], detail=detail_of(document))


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """An accepted recording and what has become of it."""

    id: str
    name: str
    state: State
    stage: str  # queued, fetching, preparing, recognising, finishing, finished
    created_at: datetime
    modified_at: datetime
    created_by: str
    api: int
    language: str
    model: str
    channels: int | None  # None until the recording is decoded
    audio_seconds: float | None  # of one channel
    progress: float  # 0..1
    parts_done: int
    parts: int | None
    estimated_seconds_left: float | None
    error: Failure | None
    speakers: Mapping[str, str]  # names by channel, "1" is the first
    audio: bool  # whether the recording lies in the service's own store
    version: str  # changes whenever something above does
    warnings: tuple[str, ...] = ()  # of a submission: what is not as it was asked for

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED

    @classmethod
    def of(cls, document: Document) -> "Operation":
        """From the Operation of the extensions API."""
        with narrowing():
            error = document["error"]
            return cls(
                id=document["id"],
                name=document["name"],
                state=document["state"],
                stage=document["stage"],
                created_at=moment(document["createdAt"]),
                modified_at=moment(document["modifiedAt"]),
                created_by=document["createdBy"],
                api=document["api"],
                language=document["language"],
                model=document["model"],
                channels=document["channels"],
                audio_seconds=document["audioSeconds"],
                progress=document["progress"],
                parts_done=document["partsDone"],
                parts=document["parts"],
                estimated_seconds_left=document["estimatedSecondsLeft"],
                error=Failure.of(error) if error else None,
                speakers=dict(document["speakers"]),
                audio=document["audio"],
                version=document["version"],
                warnings=tuple(document.get("warnings", ())),
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some operations of a list, newest first."""

    operations: tuple[Operation, ...]
    next_token: str | None  # None on the last page

    @classmethod
    def of(cls, document: Document) -> "Page":
        """From OperationPage."""
        with narrowing():
            found = tuple(Operation.of(each) for each in document["operations"])
            return cls(operations=found, next_token=document["nextPageToken"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A recording in the service's own store."""

    id: str
    uri: str  # the link to submit
    name: str
    bytes: int
    bytes_received: int
    complete: bool
    created_at: datetime

    @classmethod
    def of(cls, document: Document) -> "Upload":
        """From Upload."""
        with narrowing():
            return cls(
                id=document["id"],
                uri=document["uri"],
                name=document["name"],
                bytes=document["bytes"],
                bytes_received=document["bytesReceived"],
                complete=document["complete"],
                created_at=moment(document["createdAt"]),
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word as it was heard: lower case, numbers spelled out. Times in seconds from the start."""

    text: str
    start: float
    end: float
    confidence: float  # 0..1


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to hear an utterance."""

    text: str
    probability: float | None  # among the readings that were kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """What one channel said between two pauses. Times in seconds from the start."""

    channel: int  # 1 is mono, left or first
    speaker: str  # "" where the channel has no name
    start: float
    end: float
    text: str  # as it is written
    confidence: float
    words: tuple[Word, ...]
    alternatives: tuple[Reading, ...]

    @classmethod
    def of(cls, document: Document) -> "Utterance":
        """From Utterance."""
        return cls(
            channel=document["channel"],
            speaker=document.get("speaker", ""),
            start=document["start"],
            end=document["end"],
            text=document["text"],
            confidence=document["confidence"],
            words=tuple(
                Word(text=w["word"], start=w["start"], end=w["end"], confidence=w["confidence"])
                for w in document["words"]
            ),
            alternatives=tuple(
                Reading(text=each["text"], probability=each["probability"])
                for each in document["alternatives"]
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """All that was said, in the order of the first words."""

    id: str
    name: str
    language: str
    audio_seconds: float
    channels: int
    text: str  # all utterances, one on each line
    speakers: Mapping[str, str]
    utterances: tuple[Utterance, ...]

    @classmethod
    def of(cls, document: Document) -> "Transcript":
        """From Transcript."""
        with narrowing():
            return cls(
                id=document["id"],
                name=document["name"],
                language=document["language"],
                audio_seconds=document["audioSeconds"],
                channels=document["channels"],
                text=document["text"],
                speakers=dict(document["speakers"]),
                utterances=tuple(Utterance.of(each) for each in document["utterances"]),
            )


class narrowing:  # noqa: N801 - used like a statement
    """Turns a missing or impossible field into BadAnswer, once and for all records."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            what = f"{type(error).__name__}: {error}"
            raise BadAnswer("the service's answer is not what this client knows", what) from error
