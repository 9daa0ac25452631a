"""What the fields of RecognizeFile mean."""

from typing import Any, cast

import pytest

from govor.api import lenient_json, v3_options
from govor.api.call import Call, CallIds
from govor.api.stt_v3 import read_task
from govor.errors import BadRequest, Unimplemented
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.recognition import languages
from govor.records import (
    AudioEncoding,
    AudioSpec,
    Classifier,
    Extras,
    Instruction,
    Task,
    TextOptions,
    Trigger,
)
from tests.api.v3_calls import asked

RAW = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "8000", "audioChannelCount": "2"}
DISABLED = {"textNormalization": "TEXT_NORMALIZATION_DISABLED"}
TRIGGERS = ["ON_UTTERANCE", "ON_FINAL", "ON_FINAL"]
ENABLED = {"textNormalization": "TEXT_NORMALIZATION_ENABLED"}


def read(document: dict[str, Any], *, strict: bool = False) -> tuple[Task, list[str]]:
    """The task, and the warnings on the way to it; summaries are served."""
    message = pb.RecognizeFileRequest()
    assert lenient_json.fill(message, document) == []
    call = Call(ids=CallIds.new(None), caller=cast(Any, None), strict=strict)
    return read_task(message, call, summaries=True), call.warnings


def model(**options: Any) -> dict[str, Any]:
    return {"uri": "s3://bucket/key", "recognitionModel": options}


@pytest.mark.parametrize(
    ("audio_format", "expected"),
    [
        ({"containerAudio": {"containerAudioType": "WAV"}}, AudioSpec(encoding=AudioEncoding.WAV)),
        ({"container_audio": {"container_audio_type": "OGG_OPUS"}}, AudioSpec()),
        ({"containerAudio": {"containerAudioType": "MP3"}}, AudioSpec(encoding=AudioEncoding.MP3)),
        ({"containerAudio": {}}, AudioSpec(encoding=AudioEncoding.ANY)),
        ({}, AudioSpec(encoding=AudioEncoding.ANY)),
        (
            {"rawAudio": RAW},
            AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=8_000, channels=2),
        ),
        (
            {"rawAudio": {"sampleRateHertz": 16_000}},
            AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=16_000),
        ),
    ],
)
def test_format_is_what_was_declared_or_what_the_file_says(
    audio_format: dict[str, Any], expected: AudioSpec
) -> None:
    assert read(model(audioFormat=audio_format))[0].audio == expected


def restricted(kind: str, *codes: str, normalise: bool = False) -> dict[str, Any]:
    normalization = {"textNormalization": ENABLED} if normalise else {}
    return model(languageRestriction={"restrictionType": kind, "languageCode": list(codes)}, **normalization)


@pytest.mark.parametrize(
    ("document", "language", "warnings"),
    [
        (restricted("WHITELIST", "ru-RU"), "ru-RU", 0),
        (restricted("LANGUAGE_RESTRICTION_TYPE_UNSPECIFIED", "ru_ru"), "ru-RU", 0),
        (restricted("WHITELIST", "en-US", "ru-RU"), "en-US", 1),
        (restricted("WHITELIST", "auto"), "auto", 0),
        (restricted("BLACKLIST", "en-US"), "ru-RU", 0),
        (restricted("BLACKLIST", "ru-RU", "de-DE"), "en-US", 0),
        (restricted("BLACKLIST"), "ru-RU", 0),
        (model(), "auto", 0),
        (model(textNormalization=ENABLED), "ru-RU", 0),
        (restricted("WHITELIST", normalise=True), "ru-RU", 0),
    ],
)
def test_language_is_the_one_that_is_allowed(document: dict[str, Any], language: str, warnings: int) -> None:
    task, said = read(document)
    assert (task.language, len(said)) == (language, warnings)


@pytest.mark.parametrize(
    ("normalization", "expected"),
    [
        ({}, TextOptions(raw_results=True)),
        (DISABLED | {"literatureText": True}, TextOptions(raw_results=True)),
        (ENABLED, TextOptions()),
        (ENABLED | {"literatureText": True}, TextOptions(literature_text=True)),
        (ENABLED | {"profanity_filter": "true"}, TextOptions(profanity_filter=True)),
        (
            ENABLED | {"phoneFormattingMode": "PHONE_FORMATTING_MODE_DISABLED"},
            TextOptions(phone_formatting=False),
        ),
    ],
)  # fmt: skip
def test_text_options_count_when_normalisation_is_on(
    normalization: dict[str, Any], expected: TextOptions
) -> None:
    task, _ = read(model(textNormalization=normalization))
    assert task.text == expected
    assert task.extras.normalised == (normalization.get("textNormalization") == ENABLED["textNormalization"])


def test_everything_else_becomes_extras() -> None:
    task, _ = read(
        asked(
            recognitionClassifier={"classifiers": [{"classifier": "insult", "triggers": TRIGGERS}]},
            speechAnalysis={
                "enableSpeakerAnalysis": True,
                "enableConversationAnalysis": True,
                "descriptiveStatisticsQuantiles": ["0.5", 0.9],
                "speakerOptions": {"silenceThresholdMs": "700"},
                "converstationOptions": {
                    "simultaneousSilenceThresholdMs": 800,
                    "simultaneous_speech_threshold_ms": 90,
                },
            },
            speakerLabeling={"speakerLabeling": "SPEAKER_LABELING_ENABLED"},
            summarization={
                "modelUri": "gpt://b1gfolder/small/latest",
                "properties": [
                    {"instruction": "О чём?"},
                    {"instruction": "Тема", "jsonObject": True},
                    {"instruction": "Схема", "jsonSchema": {"schema": {"type": "object", "n": [1, None]}}},
                ],
            },
        )
    )
    assert task.extras == Extras(
        normalised=False,
        label_speakers=True,
        classifiers=(Classifier(name="insult", triggers=(Trigger.ON_UTTERANCE, Trigger.ON_FINAL)),),
        analyse_speakers=True,
        analyse_conversation=True,
        quantiles=(0.5, 0.9),
        silence_ms=700,
        shared_silence_ms=800,
        shared_speech_ms=90,
        instructions=(
            Instruction(text="О чём?"),
            Instruction(text="Тема", json_object=True),
            Instruction(text="Схема", json_schema='{"n": [1, null], "type": "object"}'),
        ),
        instructed_model="small",
    )


def test_empty_options_are_no_options() -> None:
    task, warnings = read(asked(recognitionClassifier={}, speakerLabeling={}, summarization={}))
    assert task.extras == Extras(normalised=False)
    assert (task.api, task.model, warnings) == (3, "general", [])


def classified(*triggers: str, name: str = "insult") -> dict[str, Any]:
    return asked(recognitionClassifier={"classifiers": [{"classifier": name, "triggers": list(triggers)}]})


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({}, "uri or content is required"),
        ({"uri": ""}, "uri or content is required"),
        ({"content": ""}, "uri or content is required"),
        (model(audioFormat={"rawAudio": {}}), "rawAudio.sampleRateHertz must be"),
        (model(audioFormat={"rawAudio": RAW | {"sampleRateHertz": 44_100}}), "sampleRateHertz must be"),
        (model(audioFormat={"rawAudio": RAW | {"audioChannelCount": 9}}), "audioChannelCount must be"),
        (restricted("WHITELIST", "tlh"), "unknown language code: tlh"),
        (restricted("BLACKLIST", *languages.CODES), "forbids every language"),
        (classified(), "insult needs triggers"),
        (classified("ON_FINAL", name="sarcasm"), "names an unknown classifier"),
        (asked(speechAnalysis={"descriptiveStatisticsQuantiles": [1]}), "Quantiles must be"),
        (asked(speechAnalysis={"descriptiveStatisticsQuantiles": [0.5] * 101}), "Quantiles must be"),
        (asked(speechAnalysis={"speakerOptions": {"silenceThresholdMs": -1}}), "silenceThresholdMs must be"),
        (asked(summarization={"properties": [{"instruction": " "}]}), "instruction must have"),
        (asked(summarization={"properties": [{"instruction": "а"}] * 17}), "at most 16 instructions"),
    ],
)
def test_request_that_makes_no_task_is_refused(document: dict[str, Any], part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        read(document)


@pytest.mark.parametrize("name", ["gender", "negative"])
def test_classifier_that_needs_a_model_is_unimplemented(name: str) -> None:
    with pytest.raises(Unimplemented, match=name):
        read(classified("ON_FINAL", name=name))


def test_summarization_without_a_language_model_is_unimplemented() -> None:
    message = pb.RecognizeFileRequest(uri="s3://bucket/key")
    message.summarization.properties.add(instruction="О чём?")
    with pytest.raises(Unimplemented, match="no language model is set up"):
        read_task(message, Call(ids=CallIds.new(None), caller=cast(Any, None)), summaries=False)


def test_partial_results_of_a_file_are_warned_of() -> None:
    task, warnings = read(classified("ON_PARTIAL"))
    assert task.extras.classifiers == (Classifier(name="insult", triggers=()),)
    assert len(warnings) == 1
    with pytest.raises(BadRequest, match="ON_PARTIAL"):
        read(classified("ON_PARTIAL"), strict=True)


@pytest.mark.parametrize(
    ("uri", "name"),
    [("gpt://b1g/yandexgpt/latest", "yandexgpt"), ("gpt://b1g/m", "m"), ("gpt://m", "m"), ("m/x", "m/x")],
)
def test_model_uri_names_a_model(uri: str, name: str) -> None:
    assert v3_options.model_of(uri) == name


@pytest.mark.parametrize("schema", [[], "x", {"a": "\ud800"}, {"a": float("1e999")}])
def test_schema_that_is_no_json_object_is_refused(schema: object) -> None:
    message = pb.RecognizeFileRequest()
    document = {"summarization": {"properties": [{"jsonSchema": {"schema": schema}}]}}
    with pytest.raises(BadRequest, match="schema"):
        lenient_json.fill(message, document)


def test_schema_with_a_number_that_json_has_not_is_refused_over_grpc_too() -> None:
    message = pb.RecognizeFileRequest(uri="s3://bucket/key")
    message.summarization.properties.add(instruction="О чём?").json_schema.schema["n"] = float("inf")
    with pytest.raises(BadRequest, match="schema"):
        read_task(message, Call(ids=CallIds.new(None), caller=cast(Any, None)), summaries=True)


def test_schema_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(BadRequest, match="schema"):
        lenient_json.fill(pb.JsonSchema(), {"schema": deep})
