"""`make demo`: start the service, transcribe the bundled recordings through the API, check the words.

Only the standard library talks to the service, in the way the documentation of SpeechKit does it: put the
recording into a bucket, post its link, ask the operation until it is done.
"""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from govor.recognition import word_error_rate

SAMPLES = Path(__file__).parent.parent / "samples"
GOVOR = [sys.executable, "-m", "govor"]
WER_MAX = 0.30  # what the embedded model is held to on voices it never heard (models/ru-small/MODEL_CARD.md)
READY_SECONDS = 60
DONE_SECONDS = 60


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(method: str, url: str, key: str, body: bytes | None = None) -> bytes:
    """One HTTP request with the API key; raises on any status but 2xx."""
    request = urllib.request.Request(url, body, {"Authorization": f"Api-Key {key}"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


@contextlib.contextmanager
def service(data_dir: str) -> Iterator[str]:
    """Run `govor serve`; yields its base address once it is ready."""
    base = f"127.0.0.1:{free_port()}"
    log_path = Path(data_dir) / "serve.log"
    with log_path.open("wb") as log:
        command = [
            *GOVOR,
            "serve",
            "--data-dir",
            data_dir,
            "--http",
            base,
            "--grpc",
            f"127.0.0.1:{free_port()}",
        ]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_ready(f"http://{base}/health/ready", process)
            yield f"http://{base}"
        except Exception:
            sys.stderr.write(log_path.read_text(errors="replace")[-4000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until the service would run a job."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(url, timeout=5),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError("the service did not become ready")


def transcribe(base: str, key: str, name: str) -> list[dict[str, object]]:
    """The documented flow for one recording; returns the chunks."""
    call("PUT", f"{base}/objects/samples/{name}", key, (SAMPLES / name).read_bytes())
    request = {
        "config": {"specification": {"languageCode": "ru-RU"}},
        "audio": {"uri": f"https://storage.yandexcloud.net/samples/{name}"},
    }
    url = f"{base}/speech/stt/v2/longRunningRecognize"
    operation = json.loads(call("POST", url, key, json.dumps(request).encode()))
    print(f"  POST /speech/stt/v2/longRunningRecognize  ->  operation {operation['id']}")
    started = time.monotonic()
    while not operation["done"]:
        if time.monotonic() > started + DONE_SECONDS:
            raise RuntimeError("the operation is not done in time")
        time.sleep(0.1)
        operation = json.loads(call("GET", f"{base}/operations/{operation['id']}", key))
    if "error" in operation:
        raise RuntimeError(f"recognition failed: {operation['error']}")
    print(f"  GET /operations/{operation['id']}  ->  done after {time.monotonic() - started:.1f} s")
    return list(operation["response"].get("chunks", []))


def show(chunks: list[dict[str, object]], references: list[str]) -> float:
    """Print the chunks with their times; returns the word error rate against `references` (one a channel)."""
    said: dict[str, list[str]] = {str(channel): [] for channel in range(1, len(references) + 1)}
    for chunk in chunks:
        best = chunk["alternatives"][0]  # type: ignore[index]
        said[str(chunk["channelTag"])] += [word["word"] for word in best["words"]]
        print(f"    {best['words'][0]['startTime']:>8}  channel {chunk['channelTag']}  {best['text']}")
    counts = [
        word_error_rate.count(reference.split(), words)
        for reference, words in zip(references, said.values(), strict=True)
    ]
    words = sum(each.reference_words for each in counts)
    errors = sum(each.substitutions + each.insertions + each.deletions for each in counts)
    print(f"  {words} words, {errors} wrong: word error rate {100 * errors / words:.0f} %\n")
    return errors / words


def main() -> int:
    """Transcribe every sample; 0 only if each is within WER_MAX."""
    rates = []
    with tempfile.TemporaryDirectory(prefix="govor-demo-") as data_dir:
        create = [*GOVOR, "keys", "create", "--name", "demo", "--data-dir", data_dir]
        key = subprocess.run(create, check=True, capture_output=True, text=True).stdout.strip()
        with service(data_dir) as base:
            for name in ("greeting.ogg", "call.ogg"):
                print(f"samples/{name}")
                references = (SAMPLES / name).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
                rates.append(show(transcribe(base, key, name), references))
    if max(rates) > WER_MAX:
        print(f"a word error rate is over {100 * WER_MAX:.0f} %: something is wrong", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
