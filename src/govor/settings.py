"""All settings, read from the environment (prefix GOVOR_) in this file and nowhere else.

The comments make the page docs/settings.md: `python -m scripts.settings_page` writes it.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1 << 30


class Settings(BaseSettings):
    """One instance is built at start and handed to whoever needs it; units are in the names."""

    model_config = SettingsConfigDict(env_prefix="GOVOR_", extra="ignore", frozen=True)

    data_dir: Path = Path("~/.local/share/govor")  # database, objects, keys, models, scratch files
    http: str = "127.0.0.1:8080"  # REST address
    grpc: str = "127.0.0.1:50051"  # gRPC address
    # HOST:PORT where REST and gRPC are both answered, besides their own ports ([tls.md](tls.md))
    one_port: str = ""
    auth: Literal["keys", "none"] = "keys"  # who may call; `none`, everybody, only on a loopback address
    allow_remote: bool = False  # lets `none` listen on other addresses
    # different unknown keys that one address may try in a minute; 0: no limit ([security](security.md))
    wrong_keys_per_minute: int = 60
    web_page: bool = True  # the page for people at `/` ([web page](web.md))

    # Callers
    # what `aud` of a JWT may be; comma-separated, `*` for anything
    iam_audiences: str = "https://iam.*/iam/v1/tokens"
    # addresses that SDKs are given: empty = as the caller reached us; `HOST:PORT`; `speechkit` = SpeechKit's
    # own names, port 443 ([TLS](tls.md))
    discovery: str = ""
    # PEM, the chain included; with its key, both ports speak TLS, and changed files are read again
    # ([TLS](tls.md))
    tls_certificate: Path | None = None
    tls_key: Path | None = None  # PEM

    # Wire
    strict: bool = False  # unknown JSON fields are refused instead of answered with a warning header
    always_chunks: bool = False  # `"chunks": []` when nothing was recognised; SpeechKit leaves the key out
    true_confidence: bool = False  # real confidences, 0 to 1; SpeechKit always sends 1
    body_bytes_max: int = 80 << 20  # size of a JSON body; fits 60 MB of audio in base64

    # Recordings
    s3_endpoint: str = ""  # read links from this S3 (`https://…`) instead of the local folder
    s3_access_key_id: str = ""  # its credentials
    s3_secret_access_key: str = ""  # its credentials
    s3_region: str = "ru-central1"  # its region
    s3_virtual_hosted: bool = False  # ask for `BUCKET.HOST/KEY` instead of `HOST/BUCKET/KEY`
    # a TOML file: servers and keys of single buckets and folders ([objects](objects.md))
    s3_credentials: Path | None = None
    # further `HOST[:PORT]`, comma-separated, under which this service's own objects are reached
    # ([objects](objects.md))
    object_hosts: str = ""
    uri_allow: str = ""  # further https hosts, comma-separated: `media.example.org,*.example.org`
    # where uploads of the extensions API go; empty: each folder has a bucket of its own, in the local store
    # ([extensions](extensions.md))
    upload_bucket: str = ""
    upload_days: float = 7.0  # uploads of the extensions API are deleted after so many days; 0: never
    object_bytes_max: int = 1 * GIB  # size of a recording; SpeechKit's limit
    inline_bytes_max: int = 60_000_000  # size of a recording inside a request of API v3; SpeechKit's limit
    audio_seconds_max: int = 4 * 3600  # length of a recording, summed over its channels; SpeechKit's limit
    fetch_timeout_seconds: float = 600.0  # time to fetch a recording
    disk_free_bytes_min: int = 256 << 20  # below this, new work is refused

    # Recognition
    recognisers: int = 0  # recogniser processes; 0 = one for each core, or for a graphics card
    idle_recogniser_seconds: float = 60.0  # recognisers beyond the first stop after this long without work
    model_ru: str = "ru-small"  # model for Russian: a name or a directory ([models](models.md))
    # models of other languages and of `model` tags: `kk-KZ=NAME,ru-RU:general:rc=NAME` ([models](models.md))
    models: str = ""
    # where models other than the embedded one live; empty = `models` in the data directory
    models_dir: Path | None = None
    hub: str = "https://huggingface.co"  # where `govor models pull` fetches from, or a mirror of it
    # what runs the models; `cuda` needs onnxruntime-gpu ([models](models.md))
    device: Literal["cpu", "cuda"] = "cpu"
    # voices told apart in a mono recording, for API v3's `speakerLabeling`; SpeechKit's limit
    speakers_max: int = 2

    # Summaries: for API v3's `summarization`, by any server that speaks OpenAI's chat completions
    summary_url: str = ""  # such as `http://127.0.0.1:8000/v1`; empty: `summarization` is UNIMPLEMENTED
    summary_api_key: str = ""  # its key, if it wants one
    summary_model: str = ""  # the model to ask; empty: MODEL of the request's `gpt://FOLDER/MODEL`
    summary_timeout_seconds: float = 300.0  # time for each instruction

    # While the caller waits: [streams and short recordings](streaming.md)
    streams_max: int = 40  # streams at once; more are told RESOURCE_EXHAUSTED
    stream_seconds_max: float = 300.0  # sound in a stream; SpeechKit's limit
    stream_bytes_max: int = 10 << 20  # bytes in a stream; SpeechKit's limit
    stream_idle_seconds: float = 5.0  # a stream without a message for so long is ended; SpeechKit's limit
    # recordings that callers wait for (API v1, OpenAI's), at once; more are told 429
    short_requests_max: int = 20
    short_seconds_max: float = 30.0  # length of a recording in API v1; SpeechKit's limit
    short_bytes_max: int = 1 << 20  # its size; SpeechKit's limit
    openai_bytes_max: int = 25 << 20  # size of a file in `/v1/audio/transcriptions`; OpenAI's limit

    # Text: see [text](text.md)
    punctuation_ru: str = "ru-text"  # model behind `literature_text` for Russian: a name or a directory
    # asterisks for all letters of a word, or for all but the first
    profanity_mask: Literal["all", "first"] = "all"
    # a file with further words to mask (or, after `!`, never to mask), one a line
    profanity_list: str = ""
    # version of the rules for numbers, so that old texts can be made again; 0 = the newest
    normalization: int = 0
    # v2 operations get `metadata`: the version of the rules their text was made with
    result_metadata: bool = False

    # Quotas: of each folder; empty is the preset's number, 0 is no limit; see [quotas](quotas.md)
    quotas: Literal["none", "speechkit"] = "none"  # the preset: no limits, or SpeechKit's
    quota_submissions_per_hour: int | None = None  # recordings submitted
    quota_checks_per_hour: int | None = None  # GETs of operations of API v2, in each process
    quota_v3_checks_per_second: int | None = None  # the same for API v3
    quota_audio_hours_per_day: float | None = None  # audio, summed over channels
    quota_bytes_per_day: int | None = None  # size of recordings
    quota_operations: int | None = None  # accepted and not done, at a time
    folder_limits: Path | None = None  # a TOML file: quotas and weights of single folders
    # operations that are not done, of all folders (3 KB of database each); beyond, 503; 0: no bound
    queue_operations_max: int = 100_000

    # Webhooks: [webhooks](webhooks.md)
    # hosts (`HOST[:PORT]`) and networks (`10.0.0.0/8`) that webhooks may lead to though they are private, by
    # http too; comma-separated
    webhook_allow: str = ""

    # Operations
    # empty: SQLite in the data directory; `postgresql://…`: a fleet's database ([fleet](fleet.md))
    database_url: str = ""
    # files of operations that run: `s3://BUCKET/PREFIX` or `file:///FOLDER`, the same for all of a fleet
    work_url: str = ""
    worker: bool = True  # `govor serve` takes work itself; `--no-worker` leaves all to `govor worker`
    worker_http: str = "127.0.0.1:8081"  # where `govor worker` answers /health and /metrics
    result_days: float = 3.0  # results are deleted this many days after the end, as SpeechKit's are

    # Clients: for `govor transcribe`, `watch` and `operations`, not for the service ([cli](cli.md))
    server: str = ""  # the address of a service, as `--server`
    api_key: str = ""  # a key of it, as `--key`; here nobody reads it from a list of processes

    # Logs: neither form holds transcripts, keys or link queries
    log_level: str = "info"  # `debug`, `info`, `warning` or `error`
    log_format: Literal["console", "json"] = "console"  # for people, or for programs
    # `otlp`: spans for OpenTelemetry; needs `govor[otel]`, see [metrics](metrics.md)
    tracing: Literal["none", "otlp"] = "none"

    @property
    def data_path(self) -> Path:
        """The data directory with `~` expanded."""
        return self.data_dir.expanduser()


def unknown_variables(names: Iterable[str] | None = None) -> dict[str, str]:
    """GOVOR_ variables of the environment (or of `names`) that are no settings: what each looks like."""
    prefix = "GOVOR_"
    known = [name.upper() for name in Settings.model_fields]
    given = os.environ if names is None else names
    strange = sorted(name for name in given if name.startswith(prefix) and name[len(prefix) :] not in known)
    meant = {name: difflib.get_close_matches(name[len(prefix) :], known, n=1, cutoff=0.7) for name in strange}
    return {name: prefix + close[0] if close else "" for name, close in meant.items()}
