"""What `govor doctor` looks at from outside: ports, a service that runs, its clock, object storage."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from govor.api import listen
from govor.client import Client, errors
from govor.commands.checks import is_free
from govor.commands.findings import Finding, fail, ok, warn
from govor.settings import Settings
from govor.storage import s3_servers

ANSWER_SECONDS = 5.0
CLOCK_WARN_SECONDS = 30.0  # streams of logs and long polls become hard to read
CLOCK_FAIL_SECONDS = 300.0  # S3 signatures (15 min at most) and JWTs (a minute of grace) are refused


def ports(settings: Settings) -> Iterator[Finding]:
    """Our ports are free, or a Govor has them."""
    for name, setting, variable in (
        ("REST", settings.http, "GOVOR_HTTP"),
        ("gRPC", settings.grpc, "GOVOR_GRPC"),
    ):
        host, port = listen.address(setting)
        if port == 0 or is_free(host, port):
            yield ok("ports", f"{name} {setting} is free")
        elif serves_govor(settings):
            yield ok("ports", f"{name} {setting}: a govor listens there")
        else:
            mend = f"stop what listens there (ss -ltnp), or choose another with {variable}"
            yield fail("ports", f"{name} {setting} is taken by another program", mend)


def serves_govor(settings: Settings) -> bool:
    """Whether a Govor answers at our own REST address."""
    host, port = listen.address(settings.http)
    scheme = "https" if settings.tls_certificate else "http"
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - an address to compare with
    where = f"[{near}]" if ":" in near else near
    try:
        answer = httpx.get(f"{scheme}://{where}:{port}/health/live", timeout=ANSWER_SECONDS, verify=False)  # noqa: S501
    except httpx.HTTPError:
        return False
    return answer.is_success and '"live"' in answer.text


def service(server: str, key: str) -> Iterator[Finding]:
    """A service answers, would run a job, and knows the key."""
    try:
        answer = httpx.get(f"{server.rstrip('/')}/health/ready", timeout=ANSWER_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        mend = "start it (govor serve), or check --server, the network and the certificate"
        yield fail("service", f"{server} does not answer: {type(error).__name__}: {error}", mend)
        return
    if answer.is_success:
        yield ok("service", f"{server} is ready")
    else:
        refused = errors.refusal(answer.status_code, answer.headers, answer.content)
        yield fail("service", f"{server}: {refused.message}", refused.detail or "see its log")
    yield from clock(server, answer.headers.get("date"))
    yield from access(server, key)


def access(server: str, key: str) -> Iterator[Finding]:
    """The key is known and may recognise."""
    with Client(server, key) as client:
        try:
            me = client.me()
        except errors.Unauthenticated:
            mend = "govor keys create --name NAME on its machine, then --key or GOVOR_API_KEY"
            yield fail(
                "key", "the service does not know this key" if key else "the service wants a key", mend
            )
            return
    yield ok("key", f"{me['subject'] or 'everybody'} of folder {me['folder']}: {', '.join(me['roles'])}")


def clock(where: str, date: str | None) -> Iterator[Finding]:
    """Its clock and ours agree; HTTP tells whole seconds."""
    if not date:
        return
    apart = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    mend = "synchronise the clocks: timedatectl set-ntp true"
    if apart >= CLOCK_FAIL_SECONDS:
        yield fail("clock", f"{apart:.0f} s apart from {where}: signatures and tokens are refused", mend)
    elif apart >= CLOCK_WARN_SECONDS:
        yield warn("clock", f"{apart:.0f} s apart from {where}", mend)
    else:
        yield ok("clock", f"agrees with {where}")


def storage(settings: Settings) -> Iterator[Finding]:
    """Every object store answers; the service's own is part of the data directory. Raises BadSetting."""
    if not (settings.s3_endpoint or settings.s3_credentials):
        yield ok("storage", f"the service's own: {settings.data_path / 'objects'}")
        return
    known = s3_servers.of_settings(settings)
    for server in dict.fromkeys((known.default, *known.buckets.values(), *known.folders.values())):
        if server.endpoint:
            yield from store(server)


def store(server: s3_servers.Server) -> Iterator[Finding]:
    """One S3 server answers, and we have a key for it."""
    try:
        answer = httpx.get(server.endpoint, timeout=ANSWER_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        found = f"{server.endpoint} does not answer: {type(error).__name__}: {error}"
        yield fail("storage", found, "check GOVOR_S3_ENDPOINT or GOVOR_S3_CREDENTIALS, and the network")
        return
    if server.access_key_id:
        yield ok("storage", f"{server.endpoint} answers (HTTP {answer.status_code} without a bucket)")
    else:
        yield warn("storage", f"{server.endpoint} answers", "without a key only presigned links work")
    yield from clock(server.endpoint, answer.headers.get("date"))
