"""The records that flow through Govor, from a request to a transcript. Frozen; no I/O; no wire shapes."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class AudioEncoding(enum.StrEnum):
    """What the caller says the object holds (v2 RecognitionSpec.AudioEncoding)."""

    LINEAR16_PCM = "LINEAR16_PCM"
    OGG_OPUS = "OGG_OPUS"
    MP3 = "MP3"
    WAV = "WAV"


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioSpec:
    """The caller's description of the audio; rate and channels matter for LINEAR16_PCM only."""

    encoding: AudioEncoding = AudioEncoding.OGG_OPUS
    sample_rate_hz: int = 48_000
    channels: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOptions:
    """How recognised words become `text`."""

    raw_results: bool = False
    literature_text: bool = False
    profanity_filter: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One accepted request: everything the pipeline needs, as plain values (stored with the operation)."""

    uri: str
    audio: AudioSpec = AudioSpec()
    language: str = "ru-RU"  # canonical spelling, see recognition/languages.py
    model: str = "general"
    text: TextOptions = TextOptions()


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks: a service account (`aje…`) of a folder (`b1g…`)."""

    subject_id: str
    folder_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A recognised word: lower case, numbers spelled out; times in ms from the start of the audio."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float  # 0..1, calibrated; the v2 wire prints 1 unless asked for the truth


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """One utterance of one channel; never without words."""

    channel: int  # 1-based: "1" is mono, left or first
    words: tuple[Word, ...]
    text: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """Chunks ordered by the start of their first word, channels interleaved."""

    chunks: tuple[Chunk, ...] = ()
    audio_ms: int = 0  # duration of one channel
    channels: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why an operation failed: a google.rpc.Code, the caller's message, our detail."""

    code: int
    message: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """An accepted task and what became of it. Times are whole seconds since the epoch, UTC."""

    id: str
    created_at: int
    created_by: str
    folder_id: str
    modified_at: int
    done: bool = False
    description: str = ""
    failure: Failure | None = None
    transcript: Transcript | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """What /metrics shows of the operations at one moment."""

    by_state: Mapping[str, int]  # queued, running, done, failed → number of operations kept now
    audio_seconds: float  # recognised since the process started, summed over channels
