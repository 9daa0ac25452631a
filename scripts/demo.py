"""`make demo`: start the service, transcribe the bundled recordings through the API, check the words.

The documented flow of SpeechKit: put the recording into a bucket, post its link, poll the operation.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from govor.recognition import word_error_rate
from scripts.local_service import LocalService, running

SAMPLES = Path(__file__).parent.parent / "samples"
WER_MAX = (
    0.35  # what the embedded model is held to on a speaker it never heard (models/ru-small/MODEL_CARD.md)
)
DONE_SECONDS = 60


def transcribe(service: LocalService, name: str) -> list[dict[str, Any]]:
    """Upload one sample, submit it, wait for it; returns its chunks."""
    uri = service.put(SAMPLES / name)
    print(f"  PUT /objects/samples/{name}")
    started = time.monotonic()
    operation_id = service.submit(uri)["id"]
    print(f"  POST /speech/stt/v2/longRunningRecognize  ->  operation {operation_id}")
    operation = service.wait(operation_id, timeout_seconds=DONE_SECONDS)
    print(f"  GET /operations/{operation_id}  ->  done after {time.monotonic() - started:.1f} s")
    return list(operation["response"].get("chunks", []))


def show(chunks: list[dict[str, Any]], references: list[str]) -> tuple[int, int]:
    """Print the chunks with their times; returns wrong words and words of `references` (one a channel)."""
    said: dict[str, list[str]] = {str(channel): [] for channel in range(1, len(references) + 1)}
    for chunk in chunks:
        best = chunk["alternatives"][0]
        said[chunk["channelTag"]] += [word["word"] for word in best["words"]]
        print(f"    {best['words'][0]['startTime']:>8}  channel {chunk['channelTag']}  {best['text']}")
    counts = [
        word_error_rate.count(reference.split(), words)
        for reference, words in zip(references, said.values(), strict=True)
    ]
    words = sum(each.reference_words for each in counts)
    errors = sum(each.edits for each in counts)
    print(f"  {words} words, {errors} wrong: word error rate {100 * errors / words:.0f} %\n")
    return errors, words


def main() -> int:
    """Transcribe every sample; 0 only if all together are within WER_MAX."""
    counts = []
    with tempfile.TemporaryDirectory(prefix="govor-demo-") as folder, running(Path(folder)) as service:
        for name in ("greeting.ogg", "call.ogg"):
            print(f"samples/{name}")
            references = (SAMPLES / name).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
            counts.append(show(transcribe(service, name), references))
    errors, words = map(sum, zip(*counts, strict=True))
    if errors > WER_MAX * words:
        print(f"the word error rate is over {100 * WER_MAX:.0f} %: something is wrong", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
