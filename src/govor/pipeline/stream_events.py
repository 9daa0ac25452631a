"""What goes into a stream and what comes out of it. Frozen; no I/O; no wire shapes."""

from dataclasses import dataclass, field

from govor.records import AudioSpec, TextOptions, Word


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What a caller says of the sound that it sends, and how it wants it written."""

    audio: AudioSpec
    language: str  # canonical spelling
    model: str = "general"
    text: TextOptions = field(default_factory=TextOptions)
    folder_id: str = ""  # whose it is
    hot_words: tuple[str, ...] = ()  # phrases to expect


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamTask(Spoken):
    """What a caller asks of a stream."""

    pause_ms: int | None = 500  # of silence that ends an utterance; None: the caller says where one ends
    partials: bool = True
    single_utterance: bool = False  # stop after the first
    full_data: bool = False  # for Immediate.full_data rather than Immediate.stream


@dataclass(frozen=True, slots=True)
class Sound:
    """Bytes in the encoding of the task, cut anywhere."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was said for so long."""

    duration_ms: int


@dataclass(frozen=True, slots=True)
class Stop:
    """The caller says that the utterance ends here."""


Input = Sound | Silence | Stop


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursors:
    """How far a stream is, in milliseconds of its sound (API v3's AudioCursors)."""

    received_ms: int = 0
    partial_ms: int = 0
    final_ms: int = 0
    final_index: int = 0  # of the last final
    eou_ms: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Partial:
    """An utterance that is still being spoken, as it looks now."""

    words: tuple[Word, ...]  # times from the start of the stream
    begin_ms: int
    end_ms: int
    cursors: Cursors


@dataclass(frozen=True, kw_only=True, slots=True)
class Final:
    """What will not change any more. Without words only if nothing was said in all of the stream."""

    channel: int  # 1-based
    words: tuple[Word, ...]
    text: str  # as the task's options want it
    confidence: float
    begin_ms: int  # where the final before it ended
    end_ms: int
    index: int  # from 0, over all channels
    cursors: Cursors


@dataclass(frozen=True, kw_only=True, slots=True)
class UtteranceEnd:
    """Somebody has stopped speaking."""

    channel: int
    time_ms: int
    cursors: Cursors


@dataclass(frozen=True, kw_only=True, slots=True)
class AllHeard:
    """The last event of a stream that was heard to its end: the cursors count all of its sound."""

    cursors: Cursors


Output = Partial | Final | UtteranceEnd | AllHeard
