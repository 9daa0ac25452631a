"""A small real https server whose manners the tests choose."""

import asyncio
import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class FileServer:
    """Serves `files` (path with query → bytes); records who asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 200
        self.faults = 0  # so many requests are answered 503 first
        self.ranges = True
        self.lengths = True
        self.port = 0
        self.requests = 0
        self.hosts: set[str] = set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.requests += 1
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        self.hosts.add(headers["host"])
        body = self.files.get(lines[0].split(" ")[1], b"")
        status = self.status if self.requests > self.faults else 503
        if status == 200 and self.ranges and "range" in headers:
            first, last = (int(number) for number in headers["range"].removeprefix("bytes=").split("-"))
            status, whole = 206 if first < len(body) else 416, len(body)
            body = body[first : last + 1]
            about = [f"Content-Range: bytes {first}-{first + len(body) - 1}/{whole}"] if body else []
        else:
            about = []
        head = [f"HTTP/1.1 {status} x", "Connection: close", "Location: https://elsewhere.example.org/key"]
        head += about
        if self.lengths:
            head.append(f"Content-Length: {len(body)}")
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:  # the client read as much as it wanted
            writer.transport.abort()


def certificate(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(server, client) contexts around one fresh self-signed certificate for `host`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client
