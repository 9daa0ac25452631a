"""A finished operation as the events of API v3. Pure.

Rule 1: for each utterance, in order of time: final, finalRefinement of the same finalIndex, eouUpdate.
Rule 2: finalIndex counts all finals of the recording, whatever their channel: clients use it as a key.
Rule 3: every channel has a final; one on which nobody speaks has an empty one, for strict clients.
Rule 4: what was asked for beside the words follows what it is about; what is about everything comes last.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from govor.api import v3_analysis
from govor.api.v2_json import Style
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.records import Chunk, Extras, Operation, Transcript, Trigger, Word

# What an utterance's frame has before its first and after its last word, where there is room.
MARGIN_MS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """A chunk with its place: `chunk` is None on a silent channel."""

    index: int
    tag: str  # channel tag, zero-based
    begin_ms: int
    end_ms: int
    chunk: Chunk | None


def events(operation: Operation, style: Style) -> Iterator[pb.StreamingResponse]:
    """Everything that getRecognition answers, made one by one."""
    transcript = operation.transcript
    assert transcript is not None, "only a finished operation has events"
    session = Session(operation.id, operation.id)
    session.wall_ms = max(0, operation.modified_at - operation.created_at) * 1000
    session.cursors.received_data_ms = session.cursors.partial_time_ms = transcript.audio_ms
    for each in utterances(transcript):
        yield from said(each, session, transcript.extras, style)
        yield from ended(each, session, transcript.extras)
    yield from totals(session, transcript)


def totals(session: "Session", transcript: Transcript) -> Iterator[pb.StreamingResponse]:
    """What is about all of the recording."""
    for tag, chunks in v3_analysis.by_tag(transcript).items() if transcript.extras.analyse_speakers else ():
        total = v3_analysis.speaker(tag, chunks, pb.SpeakerAnalysis.TOTAL, transcript.extras)
        yield session.event(tag, speaker_analysis=total)
    if transcript.extras.analyse_conversation and transcript.chunks:
        yield session.event("0", conversation_analysis=v3_analysis.of_conversation(transcript))
    if transcript.summary is not None:
        yield session.event("0", **v3_analysis.summary(transcript.summary))


class Session:
    """What every event carries: the session's ids, and cursors that move with the events."""

    def __init__(self, seed: str, user_request_id: str) -> None:
        self._ids = pb.SessionUuid(uuid=uuid_of(seed), user_request_id=user_request_id)
        self.wall_ms = 0  # since the session began
        self.cursors = pb.AudioCursors()

    def event(self, tag: str, **event: object) -> pb.StreamingResponse:
        """One event as of now."""
        return pb.StreamingResponse(
            session_uuid=self._ids,
            audio_cursors=self.cursors,
            response_wall_time_ms=self.wall_ms,
            channel_tag=tag,
            **event,  # type: ignore[arg-type]  # the stub wants each by its name
        )


def uuid_of(operation_id: str) -> str:
    """Four groups of eight hexadecimal digits, as SpeechKit's; the same for an operation, always."""
    digits = hashlib.sha256(operation_id.encode()).hexdigest()
    return "-".join(digits[at : at + 8] for at in range(0, 32, 8))


def utterances(transcript: Transcript) -> Iterator[Utterance]:
    """Every chunk with its frame, then one without words for each silent channel."""
    ends: dict[int, int] = {}
    following = next_starts(transcript)
    for index, chunk in enumerate(transcript.chunks):
        first_ms, last_ms = chunk.words[0].start_ms, chunk.words[-1].end_ms
        begin_ms = max(ends.get(chunk.channel, 0), first_ms - MARGIN_MS)
        end_ms = min(following[index], last_ms + MARGIN_MS)
        ends[chunk.channel] = max(end_ms, last_ms)
        yield Utterance(
            index=index,
            tag=str(chunk.channel - 1),
            begin_ms=min(begin_ms, first_ms),
            end_ms=max(end_ms, last_ms),
            chunk=chunk,
        )
    silent = (channel for channel in range(1, max(1, transcript.channels) + 1) if channel not in ends)
    for index, channel in enumerate(silent, len(transcript.chunks)):
        yield Utterance(index=index, tag=str(channel - 1), begin_ms=0, end_ms=transcript.audio_ms, chunk=None)


def next_starts(transcript: Transcript) -> list[int]:
    """For each chunk, when its channel's next one starts; the end of the recording for the last."""
    starts: dict[int, int] = {}
    found = []
    for chunk in reversed(transcript.chunks):
        found.append(starts.get(chunk.channel, transcript.audio_ms))
        starts[chunk.channel] = chunk.words[0].start_ms
    return found[::-1]


def said(each: Utterance, session: Session, extras: Extras, style: Style) -> Iterator[pb.StreamingResponse]:
    """What was said: final, then finalRefinement."""
    chunk = each.chunk
    session.cursors.final_time_ms = each.end_ms
    session.cursors.final_index = each.index
    raw = alternative(each, raw_text(chunk.words) if chunk else "", style)
    yield session.event(each.tag, final=_update(each, raw))
    if chunk:
        yield from _classified(Trigger.ON_FINAL, each, session, extras)
    text = chunk.text if chunk and extras.normalised else raw.text
    written = alternative(each, text, style)
    refinement = pb.FinalRefinement(final_index=each.index, normalized_text=_update(each, written))
    yield session.event(each.tag, final_refinement=refinement)


def ended(each: Utterance, session: Session, extras: Extras) -> Iterator[pb.StreamingResponse]:
    """The utterance has ended: eouUpdate, then what is about all of it."""
    chunk = each.chunk
    session.cursors.eou_time_ms = each.end_ms
    yield session.event(each.tag, eou_update=pb.EouUpdate(time_ms=each.end_ms))
    if chunk:
        yield from _classified(Trigger.ON_UTTERANCE, each, session, extras)
    if chunk and extras.analyse_speakers:
        last = v3_analysis.speaker(each.tag, (chunk,), pb.SpeakerAnalysis.LAST_UTTERANCE, extras)
        yield session.event(each.tag, speaker_analysis=last)


def _classified(
    trigger: Trigger, each: Utterance, session: Session, extras: Extras
) -> Iterator[pb.StreamingResponse]:
    assert each.chunk is not None
    for asked in extras.classifiers:
        if trigger in asked.triggers:
            update = v3_analysis.classified(asked.name, trigger, each.chunk.words)
            update.start_time_ms, update.end_time_ms = each.begin_ms, each.end_ms
            yield session.event(each.tag, classifier_update=update)


def raw_text(words: tuple[Word, ...]) -> str:
    """As it was heard."""
    return " ".join(each.text for each in words)


def alternative(each: Utterance, text: str, style: Style) -> pb.Alternative:
    """The one reading of an utterance; its confidence is 0, as SpeechKit's, unless the truth is wanted."""
    chunk = each.chunk
    true = round(chunk.confidence, 3) if chunk and style.true_confidence else 0.0
    return pb.Alternative(
        words=[word(each) for each in chunk.words] if chunk else [],
        text=text,
        start_time_ms=each.begin_ms,
        end_time_ms=each.end_ms,
        confidence=true,
    )


def word(of: Word) -> pb.Word:
    """With its times."""
    return pb.Word(text=of.text, start_time_ms=of.start_ms, end_time_ms=of.end_ms)


def _update(each: Utterance, reading: pb.Alternative) -> pb.AlternativeUpdate:
    return pb.AlternativeUpdate(alternatives=[reading], channel_tag=each.tag)
