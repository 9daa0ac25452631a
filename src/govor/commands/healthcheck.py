"""`govor healthcheck`: one question to this machine's service, for containers; their images have no curl."""

import ssl
import sys
import urllib.error
import urllib.request

import click

from govor.settings import Settings

NOT_READY = 1
ANSWER_SECONDS = 4.0  # less than the five that the Containerfile gives us


@click.command()
@click.option("--worker", is_flag=True, help="Ask `govor worker`, not `govor serve`")
@click.option("--live", is_flag=True, help="Only whether it answers, not whether it would run a job")
def healthcheck(*, worker: bool, live: bool) -> None:
    """Exit with 0 if the service of this machine is ready, else with 1 and the reason.

    Where it listens is read from the same settings as the service's own.
    """
    settings = Settings()
    reason = asked(address(settings, worker=worker) + ("/health/live" if live else "/health/ready"))
    if reason:
        click.echo(reason, err=True)
        sys.exit(NOT_READY)


def address(settings: Settings, *, worker: bool) -> str:
    """The origin on this machine; what listens on every address is asked on the loopback one."""
    host, _, port = (settings.worker_http if worker else settings.http).rpartition(":")
    here = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104
    scheme = "https" if settings.tls_certificate and not worker else "http"
    return f"{scheme}://{here}:{port}"


def asked(url: str) -> str:
    """Empty if the answer is 200, else what was answered. Our certificate names hosts, not this address."""
    handlers = (
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),  # noqa: S323
    )
    try:
        with urllib.request.build_opener(*handlers).open(url, timeout=ANSWER_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read().decode(errors='replace')}"
    except OSError as error:
        return str(error)
