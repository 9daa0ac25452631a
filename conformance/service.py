"""A real `govor serve` with TLS, and what a customer of it has: keys, a key file, an authority to trust."""

import contextlib
import json
import os
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.tunnel import tunnel
from scripts.local_service import GOVOR, free_port, serving

READY_SECONDS = 180.0  # clients' environments may be installing beside it


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """What a driver is given, as environment variables."""

    proxy: str
    authority: Path
    api_key: str
    key_file: Path
    s3_key_id: str
    s3_secret: str
    account_id: str

    def environment(self) -> dict[str, str]:
        """Only what these clients read; nothing of ours, and no proxy of the machine's."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        trusted = (
            "REQUESTS_CA_BUNDLE",
            "AWS_CA_BUNDLE",
            "SSL_CERT_FILE",
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
        )
        trust = dict.fromkeys((*trusted, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"), str(self.authority))
        return {
            **kept,
            **trust,
            "HTTPS_PROXY": self.proxy,
            "https_proxy": self.proxy,
            "API_KEY": self.api_key,
            "KEY_FILE": str(self.key_file),
            "S3_KEY_ID": self.s3_key_id,
            "S3_SECRET": self.s3_secret,
            "ACCOUNT_ID": self.account_id,
        }


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Customer]:
    """Serve until the block ends; shows the log if the block fails."""
    tls = data_dir / "tls"
    govor("tls", "--output", str(tls))
    here = ("--data-dir", str(data_dir))
    account = govor("accounts", "create", "--name", "customer", "--role", "editor", *here).strip()
    key_file = data_dir / "key.json"
    own = ("--name", "conformance", "--account", account, *here)
    govor("keys", "create", "--authorized", "--output", str(key_file), *own)
    api_key = govor("keys", "create", *own).strip()
    s3_key_id, s3_secret = govor("keys", "create", "--s3", *own).split()
    http, grpc = free_port(), free_port()
    environment = {
        "GOVOR_TLS_CERTIFICATE": str(tls / "server.pem"),
        "GOVOR_TLS_KEY": str(tls / "server-key.pem"),
        "GOVOR_DISCOVERY": "speechkit",
    }
    command = [*GOVOR, "serve", *here, "--http", f"127.0.0.1:{http}", "--grpc", f"127.0.0.1:{grpc}"]
    base, trusting = f"https://127.0.0.1:{http}", _trusting(tls / "ca.pem")
    served = serving(
        command, base, data_dir / "serve.log", environment, opener=trusting, ready_seconds=READY_SECONDS
    )
    with tunnel(http, grpc) as proxy, served:
        yield Customer(
            proxy=proxy,
            authority=tls / "ca.pem",
            api_key=api_key,
            key_file=key_file,
            s3_key_id=s3_key_id,
            s3_secret=s3_secret,
            account_id=str(json.loads(key_file.read_text())["service_account_id"]),
        )


def govor(*arguments: str) -> str:
    """Run a command of ours; returns what it prints."""
    return subprocess.run([*GOVOR, *arguments], check=True, capture_output=True, text=True).stdout


def _trusting(authority: Path) -> urllib.request.OpenerDirector:
    """Opens links of the local service: its own authority, and no proxy of the machine's."""
    context = ssl.create_default_context(cafile=authority)
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
