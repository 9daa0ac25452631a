"""What `govor doctor` looks at on this machine. Nothing is changed but files that are removed at once."""

import socket
import sqlite3
import sys
import tempfile
import wave
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from govor import __version__, cores
from govor.commands.findings import Finding, fail, ok, warn
from govor.settings import Settings, unknown_variables
from govor.storage import disk

if TYPE_CHECKING:
    from govor.recognition.models import Model

GIB, MIB = 1 << 30, 1 << 20
DISK_COMFORTABLE_BYTES = 5 * GIB  # a few of the largest recordings (1 GiB), and what is made of them
MEMORY_COMFORTABLE_BYTES = 1 * GIB  # the service (0.3 GiB), a second recogniser and a decoder
EXPIRES_SOON = timedelta(days=30)
PACKAGES = ("dbos", "onnxruntime", "av", "numpy", "grpcio", "starlette", "obstore")
CODECS = ("opus", "mp3float", "pcm_s16le")
RATE_HZ = 8_000


def versions() -> Iterator[Finding]:
    """Ours, Python's, and those of the packages whose versions have mattered."""
    try:
        found = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    except metadata.PackageNotFoundError as error:
        yield fail("versions", f"{error.name} is not installed", "pip install --force-reinstall govor")
    else:
        yield ok("versions", f"govor {__version__}, Python {sys.version.split()[0]}, {found}")


def settings() -> Iterator[Finding]:
    """Variables that nobody reads are misspelled."""
    unknown = unknown_variables()
    for name, meant in unknown.items():
        yield warn("settings", f"{name} is no setting", f"write {meant}" if meant else "see docs/settings.md")
    if not unknown:
        yield ok("settings", "every GOVOR_ variable is known")


def data(settings: Settings) -> Iterator[Finding]:
    """The data directory can be written, and has room."""
    folder = settings.data_path
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
        yield ok("data", f"{folder} can be written")
    free = disk.free_bytes(folder)
    found = f"{free / GIB:.1f} GiB free at {folder}"
    if free < settings.disk_free_bytes_min:
        mend = f"make room: below {settings.disk_free_bytes_min / GIB:.2g} GiB new work is refused"
        yield fail("disk", found, f"{mend} (GOVOR_DISK_FREE_BYTES_MIN)")
    elif free < DISK_COMFORTABLE_BYTES:
        yield warn("disk", found, "one recording may take 1 GiB; results live GOVOR_RESULT_DAYS")
    else:
        yield ok("disk", found)


def machine() -> Iterator[Finding]:
    """Cores and memory."""
    import psutil

    free = psutil.virtual_memory().available
    found = f"{cores.usable()} cores, {free / GIB:.1f} GiB of memory free"
    if free < MEMORY_COMFORTABLE_BYTES:
        yield warn("machine", found, "give it 1 GiB, or fewer recognisers (GOVOR_RECOGNISERS=1)")
    else:
        yield ok("machine", found)


def models(settings: Settings) -> Iterator[Finding]:
    """Every installed model is whole, and Russian has one."""
    from govor.errors import ModelFailed
    from govor.recognition import languages
    from govor.recognition import models as installed

    for folder in installed.folders(settings):
        try:
            model = installed.read(folder)
            installed.verify(model)
        except ModelFailed as error:
            mend = f"govor models remove {folder.name}, then govor models pull {folder.name}"
            yield fail("models", f"{error.message}: {error.detail}", mend)
        else:
            yield of_model(model)
    model = installed.find(languages.DEFAULT, settings)
    yield ok("models", f"{languages.DEFAULT} is served by {model.name}")


def of_model(model: "Model") -> Finding:
    """A model that is whole."""
    from govor.recognition import drivers

    found = f"{model.name} for {' '.join(model.languages)} is whole"
    missing = drivers.missing_runtime(model.driver)
    return warn("models", found, f"before it can be used: {missing}") if missing else ok("models", found)


def audio() -> Iterator[Finding]:
    """The decoders are there, and one second goes all the way through the sandbox."""
    import av

    from govor.audio import sandbox
    from govor.pipeline.prepare import prepare
    from govor.pipeline.scratch import Scratch
    from govor.records import AudioEncoding, AudioSpec

    missing = [name for name in CODECS if name not in av.codecs_available]
    if missing:
        yield fail("audio", f"no decoder for {', '.join(missing)}", "pip install --force-reinstall av")
        return
    with tempfile.TemporaryDirectory(prefix="govor-doctor-") as folder:
        scratch = Scratch(Path(folder), "doctor")
        scratch.folder.mkdir()
        silence(scratch.source)
        spec = AudioSpec(encoding=AudioEncoding.WAV)
        sandbox.run(prepare, Path(folder), "doctor", spec, RATE_HZ, 60.0)
        length_ms = scratch.read_manifest().audio_ms
    yield ok(
        "audio", f"{', '.join(CODECS)} can be decoded; {length_ms / 1000:g} s of WAV went through the sandbox"
    )


def silence(path: Path) -> None:
    """One second of it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(2 * RATE_HZ))


def databases(settings: Settings) -> Iterator[Finding]:
    """SQLite's files are sound, or PostgreSQL answers."""
    if settings.database_url:
        yield from server_database(settings.database_url)
        return
    files = sorted(path for kind in ("*.db", "*.sqlite") for path in settings.data_path.glob(kind))
    for path in files:
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                ((said,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            said = str(error)
        if said == "ok":
            yield ok("database", f"{path.name} is sound, {path.stat().st_size / MIB:.1f} MiB")
        else:
            yield fail("database", f"{path}: {said}", "stop the service and restore the file from a backup")
    if not files:
        yield ok("database", "none yet: the service makes it when it starts")


def server_database(url: str) -> Iterator[Finding]:
    """PostgreSQL answers."""
    import sqlalchemy as sa

    from govor.storage.database import with_driver

    try:
        engine = sa.create_engine(with_driver(url), connect_args={"connect_timeout": 5})
        with engine.connect() as connection:
            version = connection.execute(sa.text("SHOW server_version")).scalar()
        engine.dispose()
    except sa.exc.SQLAlchemyError as error:
        said = str(error.__cause__ or error).partition("\n")[0]
        yield fail(
            "database", f"PostgreSQL does not answer: {said}", "check GOVOR_DATABASE_URL and the server"
        )
    else:
        yield ok("database", f"PostgreSQL {version} answers")


def certificate(settings: Settings) -> Iterator[Finding]:
    """The certificate of TLS, if there is one, is of today."""
    if settings.tls_certificate is None:
        return
    from cryptography import x509

    try:
        first = x509.load_pem_x509_certificates(settings.tls_certificate.read_bytes())[0]
    except (ValueError, IndexError) as error:
        yield fail(
            "tls",
            f"{settings.tls_certificate}: {error}",
            "GOVOR_TLS_CERTIFICATE holds PEM; govor tls makes one",
        )
        return
    left = first.not_valid_after_utc - datetime.now(UTC)
    found = f"{settings.tls_certificate} is good until {first.not_valid_after_utc:%Y-%m-%d}"
    if left < timedelta(0):
        yield fail(
            "tls", f"{settings.tls_certificate} has expired", "govor tls renews its own; it is read at once"
        )
    elif left < EXPIRES_SOON:
        yield warn("tls", found, "renew it: govor tls renews its own; it is read at once")
    else:
        yield ok("tls", found)


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
