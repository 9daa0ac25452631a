"""speechkit (TikhonP): streaming, API v2 over gRPC."""

import json
import sys

from speechkit import DataStreamingRecognition
from tikhonp_session import pcm, session

sound = pcm(sys.argv[1], 8_000)
recognition = DataStreamingRecognition(
    session(),
    language_code="ru-RU",
    audio_encoding="LINEAR16_PCM",
    sample_rate_hertz=8_000,
    partial_results=True,
    single_utterance=False,
)


def pieces():
    """4,000 bytes at a time, as in the manual."""
    for start in range(0, len(sound), 4_000):
        yield sound[start : start + 4_000]


finals = [texts[0] for texts, final, _ in recognition.recognize(pieces) if final]
print(json.dumps({"text": " ".join(finals)}))
