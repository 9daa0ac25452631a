"""What the RecognitionSpec of API v2 asks for, as records. Pure; raises BadRequest naming the field."""

from govor.api.call import Call
from govor.api.lenient_json import shown
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.records import AudioEncoding, AudioSpec, TextOptions

ENCODINGS = {
    stt.RecognitionSpec.AUDIO_ENCODING_UNSPECIFIED: AudioEncoding.OGG_OPUS,
    stt.RecognitionSpec.LINEAR16_PCM: AudioEncoding.LINEAR16_PCM,
    stt.RecognitionSpec.OGG_OPUS: AudioEncoding.OGG_OPUS,
    stt.RecognitionSpec.MP3: AudioEncoding.MP3,
}
SAMPLE_RATES_HZ = (8_000, 16_000, 48_000)  # SpeechKit's, for LINEAR16_PCM
SAMPLE_RATE_HZ_DEFAULT = 48_000
CHANNELS_MAX = 8  # as many as the surround layouts of Opus and WAV name; more is a mistaken field
MODEL_DEFAULT = "general"
MODELS = (
    "general",
    "general:rc",
    "general:deprecated",
    "deferred-general",
    "deferred-general:rc",
    "deferred-general:deprecated",
)


def audio(spec: stt.RecognitionSpec) -> AudioSpec:
    """Rate and channels count for LINEAR16_PCM only: containers tell their own, yet clients send them."""
    if (encoding := ENCODINGS.get(spec.audio_encoding)) is None:
        raise BadRequest("config.specification.audioEncoding must be one of LINEAR16_PCM, OGG_OPUS, MP3")
    if encoding is not AudioEncoding.LINEAR16_PCM:
        return AudioSpec(encoding=encoding)
    rate, channels = spec.sample_rate_hertz or SAMPLE_RATE_HZ_DEFAULT, spec.audio_channel_count or 1
    if rate not in SAMPLE_RATES_HZ:
        raise BadRequest("config.specification.sampleRateHertz must be 8000, 16000 or 48000")
    if not 0 < channels <= CHANNELS_MAX:
        raise BadRequest(f"config.specification.audioChannelCount must be from 1 to {CHANNELS_MAX}")
    return AudioSpec(encoding=encoding, sample_rate_hz=rate, channels=channels)


def model(name: str, call: Call) -> str:
    """Older clients name models that are gone (hqa): SpeechKit's main model takes their place."""
    if not name or name in MODELS:
        return name or MODEL_DEFAULT
    call.warn(f"unknown model {shown(name)}: {MODEL_DEFAULT} is used instead")
    return MODEL_DEFAULT


def text(spec: stt.RecognitionSpec) -> TextOptions:
    """How words become text."""
    return TextOptions(
        raw_results=spec.raw_results,
        literature_text=spec.literature_text,
        profanity_filter=spec.profanity_filter,
    )
