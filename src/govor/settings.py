"""All settings, read from the environment (prefix GOVOR_) in this file and nowhere else."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1 << 30


class Settings(BaseSettings):
    """One instance is built at start and handed to whoever needs it; units are in the names."""

    model_config = SettingsConfigDict(env_prefix="GOVOR_", extra="ignore", frozen=True)

    data_dir: Path = Path("~/.local/share/govor")
    http: str = "127.0.0.1:8080"
    grpc: str = "127.0.0.1:50051"
    auth: Literal["keys", "none"] = "keys"
    allow_remote: bool = False  # lets `auth = none` listen on other than loopback addresses

    # Callers
    iam_audiences: str = "https://iam.*/iam/v1/tokens"  # "aud" of JWTs, comma-separated, * for anything
    discovery: str = ""  # addresses that SDKs are given: as the caller sees us, "speechkit", or HOST:PORT

    # TLS, on both ports; read again when the files change
    tls_certificate: Path | None = None  # PEM, the chain included
    tls_key: Path | None = None  # PEM

    # Wire
    strict: bool = False  # unknown JSON fields are refused instead of answered with a warning header
    always_chunks: bool = False  # "chunks": [] when nothing was recognised; SpeechKit leaves the key out
    true_confidence: bool = False  # real word confidences on the v2 wire; SpeechKit always sends 1
    body_bytes_max: int = 80 << 20  # a JSON body; 60 MB of audio in base64

    # Objects
    s3_endpoint: str = ""
    s3_access_key_id: str = ""
    s3_secret_access_key: str = ""
    s3_region: str = "ru-central1"
    s3_virtual_hosted: bool = False  # BUCKET.HOST/KEY instead of HOST/BUCKET/KEY
    s3_credentials: Path | None = None  # TOML: servers and keys of single buckets and folders
    object_hosts: str = ""  # comma-separated HOST[:PORT] under which this service's own objects are reached
    uri_allow: str = ""  # comma-separated https hosts ("media.example.org", "*.example.org")
    object_bytes_max: int = 1 * GIB  # SpeechKit's limit
    inline_bytes_max: int = 60_000_000  # of audio in a request of API v3, SpeechKit's limit
    audio_seconds_max: int = 4 * 3600  # summed over channels, SpeechKit's limit
    fetch_timeout_seconds: float = 600.0
    disk_free_bytes_min: int = 256 << 20  # refuse new work before the disk is full

    # Recognition
    recognisers: int = 0  # processes; 0 = one for each core
    model_ru: str = "ru-small"  # a name from the catalogue or a directory
    models: str = ""  # LANGUAGE=MODEL or LANGUAGE:TAG=MODEL, comma-separated; see recognition/choice.py
    models_dir: Path | None = None  # where pulled models live; default DATA_DIR/models
    hub: str = "https://huggingface.co"  # where `govor models pull` fetches from, or a mirror of it
    device: Literal["cpu", "cuda"] = "cpu"  # what runs the models

    speakers_max: int = 2  # voices told apart in mono (API v3's speakerLabeling); SpeechKit's limit

    # Summaries of API v3, made by any server that speaks OpenAI's chat completions
    summary_url: str = ""  # such as http://127.0.0.1:8000/v1; empty: summarization is UNIMPLEMENTED
    summary_api_key: str = ""
    summary_model: str = ""  # empty: the one the request names (gpt://FOLDER/MODEL)
    summary_timeout_seconds: float = 300.0  # for each instruction

    # Recognition while the caller waits
    streams_max: int = 40  # at once; beyond what the cores can carry, partials come less often
    stream_seconds_max: float = 300.0  # SpeechKit's limit
    stream_bytes_max: int = 10 << 20  # SpeechKit's limit
    stream_idle_seconds: float = 5.0  # without a message; SpeechKit's limit
    short_requests_max: int = 20  # short recordings at once, those in the queue included
    short_seconds_max: float = 30.0  # a recording in API v1, SpeechKit's limit
    short_bytes_max: int = 1 << 20  # SpeechKit's limit
    openai_bytes_max: int = 25 << 20  # a file in /v1/audio/transcriptions, OpenAI's limit

    # Text
    punctuation_ru: str = "ru-text"  # the model behind literature_text: a name or a directory
    profanity_mask: Literal["all", "first"] = "all"  # asterisks for all letters, or for all but the first
    profanity_list: str = ""  # a file with further words to mask (or, after "!", never to mask), one a line
    normalization: int = 0  # version of the rules for numbers; 0 = the newest
    result_metadata: bool = False  # "metadata" of v2 operations: what the result was made with

    # Operations
    database_url: str = ""  # empty = SQLite in the data directory
    result_days: float = 3.0  # SpeechKit keeps results three days
    idle_recogniser_seconds: float = 60.0  # further recognisers stop after this long without work

    log_level: str = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def data_path(self) -> Path:
        """The data directory with `~` expanded."""
        return self.data_dir.expanduser()
