"""What the options of API v3 ask for, as records. Pure.

Harmless oddities become warnings; the rest raises BadRequest naming the field, or Unimplemented.
"""

from google.protobuf import struct_pb2

from govor.analysis import classifiers
from govor.api import proto_json
from govor.api.call import Call
from govor.api.lenient_json import shown
from govor.api.v2_options import CHANNELS_MAX, MODEL_DEFAULT, MODELS, SAMPLE_RATES_HZ
from govor.errors import BadRequest, Unimplemented
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.recognition import languages
from govor.records import AudioEncoding, AudioSpec, Classifier, Extras, Instruction, TextOptions, Trigger

CONTAINERS = {
    pb.ContainerAudio.CONTAINER_AUDIO_TYPE_UNSPECIFIED: AudioEncoding.ANY,
    pb.ContainerAudio.WAV: AudioEncoding.WAV,
    pb.ContainerAudio.OGG_OPUS: AudioEncoding.OGG_OPUS,
    pb.ContainerAudio.MP3: AudioEncoding.MP3,
}
RAW = (pb.RawAudio.AUDIO_ENCODING_UNSPECIFIED, pb.RawAudio.LINEAR16_PCM)
TRIGGERS = {
    pb.RecognitionClassifier.ON_UTTERANCE: Trigger.ON_UTTERANCE,
    pb.RecognitionClassifier.ON_FINAL: Trigger.ON_FINAL,
}
INSTRUCTIONS_MAX = 16  # SpeechKit's limit
INSTRUCTION_CHARS_MAX = 10_000  # a few pages; more is a mistaken field
QUANTILES_MAX = 100  # one for each percent
THRESHOLD_MS_MAX = 3_600_000  # an hour; no pause that matters is longer


def audio(options: pb.AudioFormatOptions) -> AudioSpec:
    """The format that is declared; left out, it is what the first bytes of the recording say."""
    kind = options.WhichOneof("AudioFormat")
    if kind is None:
        return AudioSpec(encoding=AudioEncoding.ANY)
    if kind == "container_audio":
        encoding = CONTAINERS.get(options.container_audio.container_audio_type)
        if encoding is None:
            raise BadRequest("containerAudioType must be one of WAV, OGG_OPUS, MP3")
        return AudioSpec(encoding=encoding)
    return _raw(options.raw_audio)


def _raw(raw: pb.RawAudio) -> AudioSpec:
    if raw.audio_encoding not in RAW:
        raise BadRequest("rawAudio.audioEncoding must be LINEAR16_PCM")
    if raw.sample_rate_hertz not in SAMPLE_RATES_HZ:
        raise BadRequest("rawAudio.sampleRateHertz must be 8000, 16000 or 48000")
    channels = raw.audio_channel_count or 1
    if not 0 < channels <= CHANNELS_MAX:
        raise BadRequest(f"rawAudio.audioChannelCount must be from 1 to {CHANNELS_MAX}")
    return AudioSpec(
        encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=raw.sample_rate_hertz, channels=channels
    )


def model(options: pb.RecognitionModelOptions, call: Call) -> str:
    """SpeechKit's main model takes the place of one that is gone."""
    if options.model and options.model not in MODELS:
        call.warn(f"unknown model {shown(options.model)}: {MODEL_DEFAULT} is used instead")
    return options.model if options.model in MODELS else MODEL_DEFAULT


def language(options: pb.RecognitionModelOptions, call: Call) -> str:
    """The language to recognise.

    An allowing list (SpeechKit calls it a hint) gives its first language; a forbidding one the first of all
    others, Russian before the rest. Without either it is `auto`, which has no rules for writing numbers:
    where those are asked for, it is the default language.
    """
    restriction = options.language_restriction
    named = list(dict.fromkeys(languages.canonical(code) for code in restriction.language_code if code))
    if restriction.restriction_type == pb.LanguageRestrictionOptions.BLACKLIST:
        rest = (languages.DEFAULT, *(code for code in languages.CODES if code != languages.AUTO))
        allowed = [code for code in rest if code not in named]
        if not allowed:
            raise BadRequest("languageRestriction forbids every language")
        return allowed[0] if named else languages.DEFAULT
    if len(named) > 1:
        call.warn(f"one language is recognised in a recording: {named[0]}")
    if named:
        return named[0]
    return languages.DEFAULT if normalises(options.text_normalization) else languages.AUTO


def normalises(options: pb.TextNormalizationOptions) -> bool:
    """Text is left as it was heard unless normalisation is switched on; then the other options count."""
    return options.text_normalization == pb.TextNormalizationOptions.TEXT_NORMALIZATION_ENABLED


def text(options: pb.TextNormalizationOptions) -> TextOptions:
    """How words become text, if they are normalised at all."""
    if not normalises(options):
        return TextOptions(raw_results=True)
    plain_phones = options.phone_formatting_mode == pb.TextNormalizationOptions.PHONE_FORMATTING_MODE_DISABLED
    return TextOptions(
        literature_text=options.literature_text,
        profanity_filter=options.profanity_filter,
        phone_formatting=not plain_phones,
    )


def extras(
    request: pb.RecognizeFileRequest | pb.StreamingOptions, task_language: str, call: Call, *, summaries: bool
) -> Extras:
    """What is asked for beside the words; `summaries` says whether there is a model to write them."""
    analysis = request.speech_analysis
    conversation = analysis.converstation_options
    labeling = request.speaker_labeling.speaker_labeling
    return Extras(
        normalised=normalises(request.recognition_model.text_normalization),
        label_speakers=labeling == pb.SpeakerLabelingOptions.SPEAKER_LABELING_ENABLED,
        classifiers=_classifiers(request.recognition_classifier, task_language, call),
        analyse_speakers=analysis.enable_speaker_analysis,
        analyse_conversation=analysis.enable_conversation_analysis,
        quantiles=_quantiles(analysis),
        silence_ms=_threshold("silenceThresholdMs", analysis.speaker_options.silence_threshold_ms),
        shared_silence_ms=_threshold(
            "simultaneousSilenceThresholdMs", conversation.simultaneous_silence_threshold_ms
        ),
        shared_speech_ms=_threshold(
            "simultaneousSpeechThresholdMs", conversation.simultaneous_speech_threshold_ms
        ),
        instructions=_instructions(request.summarization, summaries=summaries),
        instructed_model=model_of(request.summarization.model_uri),
    )


def _classifiers(
    options: pb.RecognitionClassifierOptions, task_language: str, call: Call
) -> tuple[Classifier, ...]:
    asked = []
    for each in options.classifiers:
        name = each.classifier
        classifiers.check(name, task_language)
        known = tuple(dict.fromkeys(TRIGGERS[trigger] for trigger in each.triggers if trigger in TRIGGERS))
        if pb.RecognitionClassifier.ON_PARTIAL in each.triggers:
            call.warn("ON_PARTIAL is ignored: classifiers look at finals and utterances")
        elif not known:
            raise BadRequest(f"the classifier {shown(name)} needs triggers", "ON_UTTERANCE, ON_FINAL or both")
        asked.append(Classifier(name=name, triggers=known))
    return tuple(asked)


def _quantiles(analysis: pb.SpeechAnalysisOptions) -> tuple[float, ...]:
    levels = tuple(analysis.descriptive_statistics_quantiles)
    if len(levels) > QUANTILES_MAX or not all(0 < level < 1 for level in levels):
        raise BadRequest(f"descriptiveStatisticsQuantiles must be at most {QUANTILES_MAX} numbers in (0, 1)")
    return levels


def _threshold(name: str, ms: int) -> int:
    if not 0 <= ms <= THRESHOLD_MS_MAX:
        raise BadRequest(f"{name} must be from 0 to {THRESHOLD_MS_MAX}")
    return ms


def _instructions(options: pb.SummarizationOptions, *, summaries: bool) -> tuple[Instruction, ...]:
    if not options.properties:
        return ()
    if not summaries:
        raise Unimplemented(
            "summarization is not served here: no language model is set up",
            "the operator can name one with GOVOR_SUMMARY_URL",
        )
    if len(options.properties) > INSTRUCTIONS_MAX:
        raise BadRequest(f"summarization takes at most {INSTRUCTIONS_MAX} instructions")
    return tuple(map(_instruction, options.properties))


def _instruction(each: pb.SummarizationProperty) -> Instruction:
    if not 0 < len(each.instruction.strip()) <= INSTRUCTION_CHARS_MAX:
        raise BadRequest(f"instruction must have from 1 to {INSTRUCTION_CHARS_MAX} characters")
    schema = ""
    if each.WhichOneof("ResponseFormat") == "json_schema":
        schema = _schema(each.json_schema.schema)
    return Instruction(text=each.instruction, json_object=each.json_object, json_schema=schema)


def _schema(struct: struct_pb2.Struct) -> str:
    try:
        return proto_json.write_struct(struct)
    except ValueError as error:
        raise BadRequest("jsonSchema.schema holds what is no JSON", str(error)) from error


def model_of(uri: str) -> str:
    """gpt://FOLDER/MODEL/VERSION → MODEL; anything else is a name already."""
    if "://" not in uri:
        return uri
    parts = uri.partition("://")[2].split("/")
    return parts[1] if len(parts) > 1 else parts[0]
