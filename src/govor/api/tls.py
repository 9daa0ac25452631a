"""TLS on both ports: one certificate, read again when its files change.

Rule 1: a pair that does not fit together never replaces one that works: certificate and key are two files,
        and whoever renews them writes one before the other.
Rule 2: connections keep the certificate they began with; new ones get the new one.
"""

import asyncio
import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog

from govor.errors import BadSetting
from govor.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0  # between two looks at the files; a renewed certificate overlaps the old one by days


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A certificate chain and its private key, PEM, as read at one moment."""

    certificate: bytes
    key: bytes

    @classmethod
    def read(cls, certificate: Path, key: Path) -> "Pair":
        """From two files; raises BadSetting unless they fit together."""
        try:
            pair = cls(certificate=certificate.read_bytes(), key=key.read_bytes())
        except OSError as error:
            raise BadSetting(f"cannot read {error.filename}", error.strerror or "") from error
        pair.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        return pair

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let new connections of `context` show this certificate; raises BadSetting.

        OpenSSL reads from files only. These are private, short-lived, and hold the bytes that were checked.
        """
        with _temporary(self.certificate) as certificate, _temporary(self.key) as key:
            try:
                context.load_cert_chain(certificate, key, password=_no_password)
            except (ssl.SSLError, ValueError) as error:
                raise BadSetting("the TLS certificate and key do not fit together", str(error)) from error


class Tls:
    """What both servers show; `watch` keeps it as the files are."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._paths = (certificate, key)
        self._pair = Pair.read(certificate, key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # TLS 1.2 and later
        self.context.set_alpn_protocols(["http/1.1"])
        self._pair.load_into(self.context)
        self._shown = self._configuration()
        self.credentials = grpc.dynamic_ssl_server_credentials(self._shown, lambda: self._shown, False)

    @classmethod
    def of(cls, settings: Settings) -> "Tls | None":
        """As set; None where TLS is not wanted. Raises BadSetting."""
        certificate, key = settings.tls_certificate, settings.tls_key
        if certificate is None and key is None:
            return None
        if certificate is None or key is None:
            raise BadSetting("TLS needs both GOVOR_TLS_CERTIFICATE and GOVOR_TLS_KEY")
        return cls(certificate, key)

    def look(self) -> bool:
        """Read the files; True if they hold another pair, which is then shown. Raises BadSetting."""
        pair = Pair.read(*self._paths)
        if pair == self._pair:
            return False
        pair.load_into(self.context)
        self._pair = pair
        self._shown = self._configuration()
        return True

    async def watch(self) -> None:
        """Look at the files every few seconds; what cannot be used is logged once and not shown."""
        trouble = ""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await asyncio.to_thread(self.look):
                    log.info("new TLS certificate")
                trouble = ""
            except BadSetting as error:
                if trouble != error.message:
                    log.warning("the old TLS certificate stays", reason=error.message, detail=error.detail)
                trouble = error.message

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(self._pair.key, self._pair.certificate)])


@contextlib.contextmanager
def _temporary(content: bytes) -> Iterator[str]:
    descriptor, path = tempfile.mkstemp(prefix="govor-tls-")  # mode 600
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)


def _no_password() -> str:
    """Without this OpenSSL would ask on the terminal, where nobody sits."""
    raise ValueError("the key is encrypted: Govor cannot ask for its password")
