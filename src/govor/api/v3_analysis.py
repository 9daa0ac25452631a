"""What src/govor/analysis tells, as messages of API v3. Pure."""

from collections.abc import Mapping, Sequence

from govor.analysis import classifiers, conversation, speakers
from govor.analysis.intervals import Interval
from govor.analysis.statistics import Statistics
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.records import Chunk, Extras, Summary, Transcript, Trigger, Word

WINDOWS = {
    Trigger.ON_UTTERANCE: pb.RecognitionClassifierUpdate.LAST_UTTERANCE,
    Trigger.ON_FINAL: pb.RecognitionClassifierUpdate.LAST_FINAL,
}


def by_tag(transcript: Transcript) -> dict[str, list[Chunk]]:
    """Each speaker's chunks, by channel tag, in the order of the tags."""
    found: dict[int, list[Chunk]] = {}
    for chunk in transcript.chunks:
        found.setdefault(chunk.channel, []).append(chunk)
    return {str(channel - 1): found[channel] for channel in sorted(found)}


def classified(name: str, trigger: Trigger, words: Sequence[Word]) -> pb.RecognitionClassifierUpdate:
    """What a classifier says of an utterance; its caller sets the times."""
    found = classifiers.highlights(name, words)
    result = pb.RecognitionClassifierResult(
        classifier=name,
        highlights=[
            pb.PhraseHighlight(text=each.text, start_time_ms=each.start_ms, end_time_ms=each.end_ms)
            for each in found
        ],
        labels=[pb.RecognitionClassifierLabel(label=name, confidence=1.0 if found else 0.0)],
    )
    return pb.RecognitionClassifierUpdate(window_type=WINDOWS[trigger], classifier_result=result)


def speaker(
    tag: str, chunks: Sequence[Chunk], window: pb.SpeakerAnalysis.WindowType, asked: Extras
) -> pb.SpeakerAnalysis:
    """One speaker's statistics."""
    of = speakers.speech(chunks, pause_ms=asked.silence_ms, levels=asked.quantiles)
    return pb.SpeakerAnalysis(
        speaker_tag=tag,
        window_type=window,
        speech_boundaries=_boundaries(of.window),
        total_speech_ms=of.speech_ms,
        speech_ratio=of.speech_ratio,
        total_silence_ms=of.silence_ms,
        silence_ratio=of.silence_ratio,
        words_count=of.words,
        letters_count=of.letters,
        words_per_second=_statistics(of.words_per_second),
        letters_per_second=_statistics(of.letters_per_second),
        words_per_utterance=_statistics(of.words_per_utterance),
        letters_per_utterance=_statistics(of.letters_per_utterance),
        utterance_count=of.utterances,
        utterance_duration_estimation=_statistics(of.utterance_ms),
    )


def conversation_message(of: conversation.Conversation) -> pb.ConversationAnalysis:
    """All speakers' statistics."""
    return pb.ConversationAnalysis(
        conversation_boundaries=_boundaries(of.window),
        total_simultaneous_silence_duration_ms=of.silence_ms,
        total_simultaneous_silence_ratio=of.silence_ratio,
        simultaneous_silence_duration_estimation=_statistics(of.silences),
        total_simultaneous_speech_duration_ms=of.overlap_ms,
        total_simultaneous_speech_ratio=of.overlap_ratio,
        simultaneous_speech_duration_estimation=_statistics(of.overlaps),
        speaker_interrupts=[_interrupts(speaker, found) for speaker, found in of.interruptions.items()],
        total_speech_duration_ms=of.speech_ms,
        total_speech_ratio=of.speech_ratio,
    )


def of_conversation(transcript: Transcript) -> pb.ConversationAnalysis:
    """A transcript's speakers."""
    by_channel = {int(tag) + 1: chunks for tag, chunks in by_tag(transcript).items()}
    return conversation_message(conversation.conversation(by_channel, transcript.audio_ms, transcript.extras))


def summary(of: Summary) -> Mapping[str, pb.Summarization | pb.StatusCode]:
    """The event for a summary: a warning where the language model failed."""
    if of.failure:
        return {"status_code": pb.StatusCode(code_type=pb.WARNING, message=of.failure)}
    usage = pb.ContentUsage(
        input_text_tokens=of.input_tokens,
        completion_tokens=of.output_tokens,
        total_tokens=of.input_tokens + of.output_tokens,
    )
    results = [pb.SummarizationPropertyResult(response=answer) for answer in of.answers]
    return {"summarization": pb.Summarization(results=results, content_usage=usage)}


def _interrupts(speaker: int, found: Sequence[Interval]) -> pb.ConversationAnalysis.InterruptsEvaluation:
    return pb.ConversationAnalysis.InterruptsEvaluation(
        speaker_tag=str(speaker - 1),
        interrupts_count=len(found),
        interrupts_duration_ms=sum(each.ms for each in found),
        interrupts=[_boundaries(each) for each in found],
    )


def _boundaries(of: Interval) -> pb.AudioSegmentBoundaries:
    return pb.AudioSegmentBoundaries(start_time_ms=of.begin, end_time_ms=of.end)


def _statistics(of: Statistics) -> pb.DescriptiveStatistics:
    return pb.DescriptiveStatistics(
        min=of.least,
        max=of.most,
        mean=of.mean,
        std=of.deviation,
        quantiles=[
            pb.DescriptiveStatistics.Quantile(level=level, value=value) for level, value in of.quantiles
        ],
    )
