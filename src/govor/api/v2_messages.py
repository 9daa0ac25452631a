"""The same Operation as v2_json.py, as protobuf messages for gRPC. Pure."""

from collections.abc import Sequence

from google.protobuf import any_pb2, duration_pb2, empty_pb2, struct_pb2, timestamp_pb2
from google.rpc import status_pb2

from govor.api.v2_json import RESPONSE_TYPE, Style, metadata
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.operation import operation_pb2
from govor.records import Chunk, Operation, Transcript, Word


def operation_message(
    operation: Operation, error: status_pb2.Status | None, style: Style
) -> operation_pb2.Operation:
    """One Operation; `error` is its google.rpc.Status if it failed."""
    message = operation_pb2.Operation(
        id=operation.id,
        description=operation.description,
        created_at=timestamp_pb2.Timestamp(seconds=operation.created_at),
        created_by=operation.created_by,
        modified_at=timestamp_pb2.Timestamp(seconds=operation.modified_at),
        done=operation.done,
    )
    if error is not None:
        message.error.CopyFrom(error)
    elif operation.api == 3 and operation.done:
        message.response.Pack(empty_pb2.Empty())  # the SDK takes any response for success
    elif operation.transcript is not None:
        response = response_message(operation.transcript, style)
        message.response.CopyFrom(any_pb2.Any(type_url=RESPONSE_TYPE, value=response.SerializeToString()))
        if style.metadata:
            made_with = struct_pb2.Struct()
            made_with.update(metadata(operation.transcript))
            message.metadata.Pack(made_with)
    return message


def response_message(transcript: Transcript, style: Style) -> stt.LongRunningRecognitionResponse:
    """All chunks of a transcript."""
    return stt.LongRunningRecognitionResponse(chunks=[_chunk(chunk, style) for chunk in transcript.chunks])


def _chunk(chunk: Chunk, style: Style) -> stt.SpeechRecognitionResult:
    reading = alternative(chunk.text, chunk.confidence, chunk.words, style)
    return stt.SpeechRecognitionResult(alternatives=[reading], channel_tag=chunk.channel)


def alternative(
    text: str, confidence: float, words: Sequence[Word], style: Style
) -> stt.SpeechRecognitionAlternative:
    """One reading of an utterance."""
    return stt.SpeechRecognitionAlternative(
        text=text,
        confidence=_confidence(confidence, style),
        words=[_word(word, style) for word in words],
    )


def _word(word: Word, style: Style) -> stt.WordInfo:
    return stt.WordInfo(
        start_time=_duration(word.start_ms),
        end_time=_duration(word.end_ms),
        word=word.text,
        confidence=_confidence(word.confidence, style),
    )


def _confidence(value: float, style: Style) -> float:
    return round(value, 3) if style.true_confidence else 1.0


def _duration(ms: int) -> duration_pb2.Duration:
    return duration_pb2.Duration(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)
