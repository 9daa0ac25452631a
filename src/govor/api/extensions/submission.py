"""POST /govor/v1/transcriptions: a body of its own becomes a Task. Pure, but for the upload that it names."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from govor.api import v2_options
from govor.errors import BadRequest
from govor.recognition import languages, phrases
from govor.records import AudioEncoding, AudioSpec, Extras, Task, TextOptions

ENCODINGS = {
    "AUTO": AudioEncoding.ANY,
    "LINEAR16_PCM": AudioEncoding.LINEAR16_PCM,
    "OGG_OPUS": AudioEncoding.OGG_OPUS,
    "MP3": AudioEncoding.MP3,
}
SECRET = r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"  # noqa: S105 (a pattern, of the Standard Webhooks specification)


class Body(BaseModel):
    """A request body: JSON names in camelCase, nothing unknown, nothing of another type."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


class NewWebhook(Body):
    """An address to tell."""

    url: str = Field(min_length=1, max_length=2000)
    secret: str = Field(default="", pattern=SECRET)


class Transcription(Body):
    """What is asked for; openapi.yaml describes each field."""

    uri: str = Field(default="", max_length=8192)
    upload_id: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=200)
    language: str = Field(default=languages.DEFAULT, max_length=20)
    model: str = Field(default=v2_options.MODEL_DEFAULT, max_length=64)
    audio_encoding: Literal["AUTO", "LINEAR16_PCM", "OGG_OPUS", "MP3"] = "AUTO"
    sample_rate_hertz: Literal[8000, 16000, 48000] | None = None
    channels: int | None = Field(default=None, ge=1, le=v2_options.CHANNELS_MAX)
    literature_text: bool = True
    profanity_filter: bool = False
    raw_results: bool = False
    label_speakers: bool = False
    hot_words: list[Annotated[str, Field(max_length=phrases.PHRASE_CHARS_MAX)]] = Field(
        default_factory=list, max_length=phrases.PHRASES_MAX
    )
    webhook: NewWebhook | None = None

    def task(self, uri: str) -> Task:
        """The task that it asks for; raises BadRequest."""
        if self.model not in v2_options.MODELS:
            raise BadRequest(f"model must be one of {', '.join(v2_options.MODELS)}")
        return Task(
            uri=uri,
            audio=self.audio(),
            language=languages.canonical(self.language),
            model=self.model,
            text=TextOptions(
                raw_results=self.raw_results,
                literature_text=self.literature_text,
                profanity_filter=self.profanity_filter,
            ),
            extras=Extras(label_speakers=self.label_speakers),
            hot_words=phrases.collected(map(phrases.canonical, self.hot_words)),
            name=self.name.strip(),
            webhook=self.webhook.url if self.webhook else "",
            webhook_secret=self.webhook.secret if self.webhook else "",
        )

    def audio(self) -> AudioSpec:
        """Rate and channels count for samples without a header only: files tell their own."""
        encoding = ENCODINGS[self.audio_encoding]
        if encoding is not AudioEncoding.LINEAR16_PCM:
            return AudioSpec(encoding=encoding)
        rate = self.sample_rate_hertz or v2_options.SAMPLE_RATE_HZ_DEFAULT
        return AudioSpec(encoding=encoding, sample_rate_hz=rate, channels=self.channels or 1)


def read_transcription(content: bytes) -> Transcription:
    """The body of a submit; BadRequest names the field that is wrong."""
    try:
        asked = Transcription.model_validate_json(content)
    except ValidationError as error:
        raise refusal(error) from error
    if bool(asked.uri) == bool(asked.upload_id):
        raise BadRequest("exactly one of uri and uploadId is required")
    return asked


def read_webhook(content: bytes) -> NewWebhook:
    """The body of a new webhook; BadRequest."""
    try:
        return NewWebhook.model_validate_json(content)
    except ValidationError as error:
        raise refusal(error) from error


def refusal(error: ValidationError) -> BadRequest:
    """The first thing that is wrong, without its value, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(each) for each in first["loc"])
    return BadRequest(f"{place}: {first['msg']}" if place else first["msg"])
