"""`govor tls`: a local authority and a certificate for SpeechKit's host names."""

from datetime import UTC, datetime
from pathlib import Path

import click


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tls"),
    show_default=True,
    help="Folder of ca.pem, ca-key.pem, server.pem, server-key.pem",
)
@click.option(
    "--name", "names", multiple=True, help="A further host name or address of this service, repeatable"
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address for the hosts entries shown")
def tls(output: Path, names: tuple[str, ...], address: str) -> None:
    """Make a certificate with which Govor can stand in for SpeechKit's hosts, or renew it.

    The authority (ca.pem) is made once, and clients are told to trust it; docs/tls.md tells how.
    """
    from govor import certificates

    made = certificates.write(output, names, now=datetime.now(UTC))
    click.echo(f"{output / 'server.pem'}: {', '.join(made)}", err=True)
    click.echo(f"clients trust {output / 'ca.pem'}; their hosts file needs", err=True)
    click.echo(certificates.hosts_lines(address), nl=False)
