"""Each row of docs/troubleshooting.md is brought about at a real service, over REST: its words are there."""

import json
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import requests

from govor.audio import ogg
from tests.audio import recordings
from tests.docs.reader import ROOT, SMALL, Reader

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| <!-- ([\w-]+) --> (.+?) \| (.*?) ?\| .+ \|$", re.MULTILINE)
ROWS = {match[1]: (match[2], match[3]) for match in ROW.finditer(PAGE)}
SAMPLE = (ROOT / "samples" / "call.ogg").read_bytes()
TIMEOUT_SECONDS = 60.0
POLLS_MAX = 1_000  # of 0.1 s each
RATE_HZ = 8_000
LONG_SECONDS = 2 * int(SMALL["GOVOR_AUDIO_SECONDS_MAX"])


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a key; every answer is told as its headers and body in one text."""

    base: str
    key: str

    def put(self, name: str, content: bytes) -> str:
        """Upload; the link."""
        answer = self._ask("PUT", f"/objects/troubles/{name}", content)
        assert answer.status_code == 200, answer.text
        return f"https://storage.yandexcloud.net/troubles/{name}"

    def submit(self, uri: str, **specification: Any) -> requests.Response:
        """POST of API v2."""
        document = {"config": {"specification": specification}, "audio": {"uri": uri}}
        return self._ask("POST", "/speech/stt/v2/longRunningRecognize", json.dumps(document).encode())

    def done(self, uri: str, **specification: Any) -> requests.Response:
        """The answer of a poll, when it is done."""
        operation_id = self.submit(uri, **specification).json()["id"]
        for _ in range(POLLS_MAX):
            answer = self._ask("GET", f"/operations/{operation_id}")
            if answer.json()["done"]:
                return answer
            time.sleep(0.1)
        raise AssertionError("it does not become done")

    def refused(self, content: bytes, **specification: Any) -> str:
        """What is said of a recording."""
        return told(self.submit(self.put("recording", content), **specification))

    def get(self, path: str) -> str:
        """Any GET."""
        return told(self._ask("GET", path))

    def post(self, path: str, content: bytes) -> str:
        """Any POST."""
        return told(self._ask("POST", path, content))

    def _ask(self, verb: str, path: str, content: bytes = b"") -> requests.Response:
        headers = {"Authorization": f"Api-Key {self.key}"}
        return requests.request(
            verb, self.base + path, data=content, headers=headers, timeout=TIMEOUT_SECONDS
        )


def told(answer: requests.Response) -> str:
    """Headers and body, JSON spelled as the page spells it."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{json.dumps(answer.json(), ensure_ascii=False)}"


def stereo_pcm() -> bytes:
    """The sample's two speakers as headerless samples."""
    with av.open(str(ROOT / "samples" / "call.ogg")) as file:
        resampler = av.AudioResampler("s16", "stereo", RATE_HZ)
        frames = [each.to_ndarray() for frame in file.decode(audio=0) for each in resampler.resample(frame)]
    return np.concatenate(frames, axis=1).astype(np.int16).tobytes()


def merged(caller: Caller) -> str:
    """Only channel 1 is there, though the same bytes have two when they are declared."""
    uri = caller.put("call.pcm", stereo_pcm())
    declared = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
    both = caller.done(uri, audioChannelCount=2, **declared).json()["response"]["chunks"]
    assert {chunk["channelTag"] for chunk in both} == {"1", "2"}
    answer = caller.done(uri, **declared)
    assert {chunk["channelTag"] for chunk in answer.json()["response"]["chunks"]} <= {"1"}
    return told(answer)


def silent(caller: Caller) -> str:
    """Ten seconds of nobody."""
    answer = caller.done(caller.put("silence.ogg", recordings.opus(np.zeros((1, 480_000), np.int16))))
    assert "chunks" not in answer.json()["response"]
    return told(answer)


def unfinished(caller: Caller) -> str:
    """The answer of the POST itself."""
    answer = caller.submit(caller.put("call.ogg", SAMPLE))
    assert "response" not in answer.json()
    return told(answer)


def stranger(caller: Caller) -> Caller:
    """With a key of another folder."""
    return Caller(caller.base, str(OTHER_KEYS[caller.base]))


def foreign_bucket(caller: Caller) -> str:
    """A link into the bucket of another folder."""
    return told(stranger(caller).submit(caller.put("call.ogg", SAMPLE)))


def foreign_operation(caller: Caller) -> str:
    """A poll with the key of another folder."""
    operation = caller.submit(caller.put("call.ogg", SAMPLE)).json()
    return stranger(caller).get(f"/operations/{operation['id']}")


def too_early(caller: Caller) -> str:
    """API v3's result, right behind its submission."""
    uri = caller.put("long.ogg", recordings.repeated(30, packet=SPEECH, packet_ms=20))
    options = {"audioFormat": {"containerAudio": {"containerAudioType": "OGG_OPUS"}}}
    body = json.dumps({"uri": uri, "recognitionModel": options}).encode()
    operation_id = json.loads(caller.post("/stt/v3/recognizeFileAsync", body).splitlines()[-1])["id"]
    return caller.get(f"/stt/v3/getRecognition?operationId={operation_id}")


TONE = recordings.tone(2)
SPEECH = recordings.packets_of(recordings.opus(TONE))[20]
VORBIS = recordings.ogg_page(ogg.FIRST, 0, 7, 0, [b"\x01vorbis" + bytes(23)])
OTHER_KEYS: dict[str, str] = {}  # by the address of the service
STORE = "https://storage.yandexcloud.net"
PROVOKED: dict[str, Callable[[Caller], str]] = {
    "webm": lambda caller: caller.refused(recordings.encode(TONE, container="webm")),
    "m4a": lambda caller: caller.refused(b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(64)),
    "flac": lambda caller: caller.refused(recordings.encode(TONE, container="flac", codec="flac")),
    "vorbis": lambda caller: caller.refused(recordings.join([VORBIS])),
    "mp3": lambda caller: caller.refused(recordings.mp3(TONE)),
    "wav": lambda caller: caller.refused(recordings.wav(TONE, 48_000)),
    "gsm": lambda caller: caller.refused(
        recordings.wav(TONE, 48_000, tag=6, bits=8), audioEncoding="LINEAR16_PCM"
    ),
    "empty": lambda caller: caller.refused(b""),
    "xml": lambda caller: caller.refused(b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
    "html": lambda caller: caller.refused(b"<!doctype html><html><body>404 Not Found</body></html>"),
    "header": lambda caller: caller.refused(recordings.join(recordings.pages(recordings.opus(TONE))[:2])),
    "rate": lambda caller: caller.refused(bytes(9_000), audioEncoding="LINEAR16_PCM", sampleRateHertz=44_100),
    "body": lambda caller: caller.post("/speech/stt/v2/longRunningRecognize", b'{"uri": "s3://a/b"}'),
    "missing": lambda caller: told(caller.submit(f"{STORE}/calls/missing.ogg")),
    "host": lambda caller: told(caller.submit("https://media.example.org/call.ogg")),
    "bucket": foreign_bucket,
    "key": lambda caller: Caller(caller.base, "AQVNwrong").get("/operations/e03aaaaaaaaaaaaaaaaa"),
    "language": lambda caller: caller.refused(SAMPLE, languageCode="de-DE"),
    "long": lambda caller: told(
        caller.done(caller.put("long.ogg", recordings.repeated(LONG_SECONDS, packet=SPEECH, packet_ms=20)))
    ),
    "short": lambda caller: caller.post(
        "/speech/v1/stt:recognize", recordings.repeated(40, packet=SPEECH, packet_ms=20)
    ),
    "not-done": unfinished,
    "silence": silent,
    "merged": merged,
    "not-found": foreign_operation,
    "ignored": lambda caller: caller.refused(SAMPLE, literatureTexts=True),
    "not-ready": too_early,
}


@pytest.fixture(scope="module")
def caller(reader: Reader) -> Caller:
    """A caller of the reader's service, and somebody of another folder."""
    OTHER_KEYS[reader.base] = reader.type("govor keys create --name other --folder b1gother")
    return Caller(reader.base, reader.type("echo $KEY"))


def test_every_row_can_be_brought_about() -> None:
    assert set(ROWS) == set(PROVOKED)
    assert PAGE.count("\n| <!--") == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_what_the_page_says_is_what_is_answered(caller: Caller, name: str) -> None:
    answer = PROVOKED[name](caller)
    for quoted in re.findall(r"`([^`]+)`", " ".join(ROWS[name])):
        if quoted not in (
            "response",
            "chunks",
            "channelTag",
        ):  # what is missing, which the provocation checks
            pattern = ".*".join(re.escape(part) for part in quoted.split("…"))
            assert re.search(pattern, answer, re.DOTALL), f"{quoted}\n{answer}"


def test_the_command_that_a_refusal_names_mends_it(caller: Caller, tmp_path: Path) -> None:
    if not shutil.which("ffmpeg"):
        pytest.skip("no ffmpeg on this machine")
    (tmp_path / "INPUT").write_bytes(recordings.encode(TONE, container="webm"))
    answer = caller.refused((tmp_path / "INPUT").read_bytes())
    command = re.search(r"mend it with: (ffmpeg [\w .:-]+)", answer)
    assert command
    subprocess.run([*shlex.split(command[1]), "-v", "error"], cwd=tmp_path, check=True)
    assert '"done": false' in caller.refused((tmp_path / "OUTPUT.ogg").read_bytes())
