"""A real S3 server that tests start: moto's, in a process of its own, to be killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

READY_SECONDS = 120.0  # it imports a lot; a busy machine takes its time


class MotoServer:
    """Keeps its objects in memory: they are gone when it is."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.endpoint}/moto-api/", timeout=5),
            ):
                return
            assert self._process.poll() is None, "the S3 server ended"
            time.sleep(0.1)
        raise AssertionError("the S3 server does not answer")

    def kill(self) -> None:
        """SIGKILL: nothing is answered from now on."""
        if self._process:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def client(self, service: str = "s3", **more: Any) -> Any:
        """boto3's client of one of its services."""
        given = {"aws_access_key_id": "any", "aws_secret_access_key": "key", **more}
        config = Config(retries={"max_attempts": 0})
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1", config=config, **given
        )

    def lock(self) -> tuple[str, str]:
        """From now on only this key may do anything, and only what it signs right."""
        iam = self.client("iam")
        iam.create_user(UserName="govor")
        key = iam.create_access_key(UserName="govor")["AccessKey"]
        everything = (
            '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
        )
        iam.put_user_policy(UserName="govor", PolicyName="all", PolicyDocument=everything)
        self.enforce(0)
        return key["AccessKeyId"], key["SecretAccessKey"]

    def enforce(self, after: int | str) -> None:
        """Check signatures after so many requests; inf for never."""
        url, headers = f"{self.endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        request = urllib.request.Request(url, str(after).encode(), headers, method="POST")
        urllib.request.urlopen(request, timeout=30).close()


@contextlib.contextmanager
def moto() -> Iterator[MotoServer]:
    """A server until the block ends."""
    server = MotoServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
