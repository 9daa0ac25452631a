"""`govor webhooks listen`."""

import json
import subprocess
import sys
import time

import httpx

from govor.storage.webhooks import new_secret
from govor.webhooks import signature


def test_it_prints_what_arrives_and_judges_signatures() -> None:
    secret, body = new_secret(), json.dumps({"type": "operation.done", "data": {"name": "Звонок"}}).encode()
    command = [sys.executable, "-m", "govor", "webhooks", "listen", "--port", "0", "--count", "3"]
    process = subprocess.Popen(
        [*command, "--secret", secret, "--answer", "202"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    url = process.stderr.readline().split()[-1]
    right = signature.headers(secret, "msg_1", int(time.time()), body)
    wrong = signature.headers(new_secret(), "msg_2", int(time.time()), body)
    answers = [httpx.post(url, content=body, headers=each) for each in (right, wrong, {})]
    assert [answer.status_code for answer in answers] == [202] * 3
    printed, _ = process.communicate(timeout=60)
    lines = [line for line in printed.splitlines() if "operation.done  " in line]
    assert lines[0] == "msg_1  operation.done  signature right"
    assert lines[1] == "msg_2  operation.done  WRONG SIGNATURE: the signature is wrong"
    assert "WRONG SIGNATURE" in lines[2]
    assert "Звонок" in printed
