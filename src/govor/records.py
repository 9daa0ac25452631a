"""The records that flow through Govor, from a request to a transcript. Frozen; no I/O; no wire shapes."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from govor.errors import GovorError


class AudioEncoding(enum.StrEnum):
    """What the caller says the object holds (v2 RecognitionSpec.AudioEncoding)."""

    LINEAR16_PCM = "LINEAR16_PCM"
    OGG_OPUS = "OGG_OPUS"
    MP3 = "MP3"
    WAV = "WAV"
    ANY = "ANY"  # whatever its first bytes say: API v3 may leave the format out


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioSpec:
    """The caller's description of the audio; rate and channels matter for LINEAR16_PCM only."""

    encoding: AudioEncoding = AudioEncoding.OGG_OPUS
    sample_rate_hz: int = 48_000
    channels: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOptions:
    """How recognised words become `text`."""

    raw_results: bool = False  # numbers stay words
    literature_text: bool = False  # punctuation and capitals
    profanity_filter: bool = False  # asterisks
    phone_formatting: bool = True  # telephone numbers as 212-85-06; API v3 can switch it off


class Trigger(enum.StrEnum):
    """What a classifier of API v3 looks at."""

    ON_UTTERANCE = "ON_UTTERANCE"
    ON_FINAL = "ON_FINAL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Classifier:
    """A classifier by its name, and what it is to look at."""

    name: str
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """One thing to have a language model say about the transcript."""

    text: str
    json_object: bool = False
    json_schema: str = ""  # a JSON schema as JSON text


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """What API v3 may be asked for beside the words."""

    normalised: bool = True  # False: the text is the words as they were heard
    label_speakers: bool = False  # tell the voices of a mono recording apart
    classifiers: tuple[Classifier, ...] = ()
    analyse_speakers: bool = False
    analyse_conversation: bool = False
    quantiles: tuple[float, ...] = ()  # levels, 0..1
    silence_ms: int = 0  # a shorter pause of a speaker is speech; 0: our default
    shared_silence_ms: int = 0  # a shorter pause of everybody is none
    shared_speech_ms: int = 0  # a shorter overlap of speakers is none
    instructions: tuple[Instruction, ...] = ()  # for a language model
    instructed_model: str = ""  # its name


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One accepted request: everything the pipeline needs, as plain values (stored with the operation)."""

    uri: str  # empty for inline audio, which lies in the operation's folder before it is accepted
    audio: AudioSpec = AudioSpec()
    language: str = "ru-RU"  # canonical spelling, see recognition/languages.py
    model: str = "general"
    text: TextOptions = TextOptions()
    folder_id: str = ""  # whose it is: its rights decide what the link may read; set when it is accepted
    api: int = 2  # the version of SpeechKit's API that it came through
    extras: Extras = Extras()
    hot_words: tuple[str, ...] = ()  # phrases that are expected, as recognition/phrases.py writes them
    due_at: int = 0  # its turn, in seconds since the epoch (engine/fairness.py); 0: when it arrived
    weight: float = 1.0  # of its folder, when several folders wait
    # Not stored with the task but in storage/journal.py:
    name: str = ""  # what people call it; without one, the file's name
    webhook: str = ""  # an address to tell when it has ended
    webhook_secret: str = ""  # what signs for that
    request_id: str = ""  # of the request that submitted it; stands on every line of the operation's log
    traceparent: str = ""  # its span, where requests are traced (W3C Trace Context)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks: a service account (`aje…`) of a folder (`b1g…`), and what its roles let it do."""

    subject_id: str
    folder_id: str
    roles: frozenset[str] = frozenset()  # see roles.py; the empty set allows nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A recognised word: lower case, numbers spelled out; times in ms from the start of the audio."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float  # 0..1, calibrated; the v2 wire prints 1 unless asked for the truth
    written: str = ""  # as a model that punctuates wrote it ("Москве,"); empty from models that do not


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to hear an utterance."""

    text: str  # as it was heard: lower case, numbers as words
    probability: float  # 0..1, among the readings that were kept


class Hearing(tuple[Word, ...]):
    """The words of a stretch of speech; what it may have been besides, where the model tells."""

    readings: tuple[Reading, ...] = ()

    @classmethod
    def of(cls, words: Iterable[Word], readings: Iterable[Reading]) -> "Hearing":
        """Words with readings, most probable first; they compare as the words alone do."""
        made = cls(words)
        made.readings = tuple(readings)
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """One utterance of one channel; never without words."""

    channel: int  # 1-based: "1" is mono, left or first; or the speaker, where voices were told apart
    words: tuple[Word, ...]
    text: str
    confidence: float
    # `text` piece by piece, each with the times of the words it came from; stored results do without.
    pieces: tuple[Word, ...] = ()
    readings: tuple[Reading, ...] = ()  # what it may have been, most probable first; some models give none


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a language model said to each instruction, in their order, and the tokens it took."""

    answers: tuple[str, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    failure: str = ""  # why there are no answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """Chunks ordered by the start of their first word, channels interleaved."""

    chunks: tuple[Chunk, ...] = ()
    audio_ms: int = 0  # duration of one channel
    channels: int = 1
    extras: Extras = Extras()  # what was asked for
    summary: Summary | None = None
    rules: int = 0  # version of the rules that wrote its numbers; 0: they are words


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why an operation failed: a google.rpc.Code, the caller's message, our detail."""

    code: int
    message: str
    detail: str = ""

    @classmethod
    def of(cls, error: GovorError) -> Self:
        """What an error tells of itself."""
        return cls(code=error.code, message=error.message, detail=error.detail)


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
    api: int = 2  # the version of SpeechKit's API that it was submitted through
    failure: Failure | None = None
    transcript: Transcript | None = None
    warnings: tuple[str, ...] = ()  # for who has just submitted it: what is not as it was asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """What waits for its turn in one queue, of one class."""

    name: str  # operations, or parts of long ones
    kind: str  # the class: general, deferred-general
    depth: int
    oldest_seconds: float  # how long the one that waits longest does; 0 when nothing waits


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """What /metrics shows of the operations and of what works on them at one moment."""

    by_state: Mapping[str, int]  # queued, running, done, failed → number of operations kept now
    audio_seconds: float  # recognised since the process started, summed over channels
    queues: tuple[Queue, ...] = ()
    stranded: Mapping[str, int] = field(default_factory=dict)  # version that no worker has → its operations
    clips_waiting: int = 0  # pieces of speech that wait for a recogniser of this machine
    recognisers: Mapping[str, int] = field(default_factory=dict)  # starting, free, busy → processes
    processes: Mapping[str, int] = field(default_factory=dict)  # service, recogniser, decoder → how many
    memory_bytes: Mapping[str, int] = field(default_factory=dict)  # the same → their memory
    disk_free_bytes: int = 0  # on the disk of the data directory
