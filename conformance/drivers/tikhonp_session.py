"""speechkit (TikhonP): a session as its manual makes one, from a key file."""

import json
import os
import shutil
import subprocess

from speechkit import Session
from speechkit.auth import generate_jwt


def session() -> Session:
    """JWT, then an IAM token over REST."""
    with open(os.environ["KEY_FILE"]) as file:
        key = json.load(file)
    token = generate_jwt(key["service_account_id"], key["id"], key["private_key"].encode())
    return Session.from_jwt(token)


def pcm(path: str, rate_hz: int) -> bytes:
    """A recording as LPCM, mono."""
    command = [shutil.which("ffmpeg") or "ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", str(rate_hz)]
    return subprocess.run([*command, "-f", "s16le", "-"], check=True, capture_output=True).stdout
