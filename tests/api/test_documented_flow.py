"""SpeechKit's documented commands, unchanged but for where they connect to."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import memory
from tests.api.live import SUBMIT, Live, request_for

URI = "https://storage.yandexcloud.net/documented/speech.ogg"
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")


@pytest.fixture(autouse=True)
def outcome(service: Live) -> None:
    service.operations.outcomes[URI] = memory.MONO


def run(*command: str | Path, cwd: Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=60).stdout


def curl(service: Live, *arguments: str, cwd: Path | None = None) -> str:
    """curl as documented; --connect-to leads the documented host and port to ours (without TLS)."""
    there = service.http.removeprefix("http://")
    return run("curl", "--silent", "--fail", "--insecure", "--connect-to", f"::{there}", *arguments, cwd=cwd)


@needs_curl
@pytest.mark.parametrize(
    "header", ["Authorization: Api-Key {}", "Authorization: Bearer {}", "authorization: Api-key {}"]
)
def test_documented_curl_commands_work(service: Live, tmp_path: Path, header: str) -> None:
    """A body from a file, no Content-Type given (so curl says it is a form), the documented host names."""
    (tmp_path / "body.json").write_text(json.dumps(request_for(URI), indent=2), encoding="utf-8")
    authorization = ("--header", header.format(service.key))
    submitted = json.loads(
        curl(
            service,
            "--request",
            "POST",
            *authorization,
            "--data",
            "@body.json",
            f"http://transcribe.api.cloud.yandex.net:443{SUBMIT}",
            cwd=tmp_path,
        )
    )
    url = f"http://operation.api.cloud.yandex.net:443/operations/{submitted['id']}"
    polls = [json.loads(curl(service, *authorization, url)) for _ in range(2)]
    assert [poll["done"] for poll in polls] == [False, True]
    assert polls[1]["response"]["chunks"][1]["alternatives"][0]["text"] == "Встреча 27 октября"


def test_documented_python_script_works(service: Live) -> None:
    script = Path(__file__).with_name("documented_flow.py")
    lines = run(sys.executable, script, service.http, service.key, URI).splitlines()
    assert "'done': False" in lines[0]
    assert lines[1:] == ["Not ready", "Text chunks:", "Добрый день", "Встреча 27 октября"]


@needs_curl
def test_shell_client_reads_the_answer_with_grep_and_sed(service: Live) -> None:
    """As a community client does: one field a line, `"name": value`."""
    header = f"Authorization: Api-Key {service.key}"
    connect = f"--silent --insecure --connect-to ::{service.http.removeprefix('http://')}"
    body = json.dumps(request_for(URI))
    script = f"""
        set -eu
        id=$(curl {connect} -H '{header}' -d '{body}' http://transcribe.api.cloud.yandex.net{SUBMIT} |
             grep '"id"' | sed 's/.*"id": "//; s/".*//')
        while true; do
            curl {connect} -H '{header}' "http://operation.api.cloud.yandex.net/operations/$id" > answer
            if grep -q '"done": true' answer; then break; fi
        done
        grep '"text"' answer | sed 's/.*"text": "//; s/",*$//'
    """
    found = subprocess.run(
        ["sh", "-c", script], cwd=service.data_dir, check=True, capture_output=True, text=True, timeout=60
    )
    assert found.stdout.splitlines() == ["Добрый день", "Встреча 27 октября"]


@needs_curl
def test_documented_upload_makes_a_link_that_can_be_submitted(service: Live, tmp_path: Path) -> None:
    (tmp_path / "speech.ogg").write_bytes(b"OggS and so on")
    header = ("--header", f"Authorization: Api-Key {service.key}")
    answer = curl(
        service, *header, "--upload-file", str(tmp_path / "speech.ogg"), "http://x/objects/documented/"
    )
    uri = json.loads(answer)["uri"]
    assert uri == "https://storage.yandexcloud.net/documented/speech.ogg"
    assert re.fullmatch(r"e03\d{17}", service.submit(uri))
