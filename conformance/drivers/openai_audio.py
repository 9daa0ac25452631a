"""openai: a recording transcribed by OpenAI's own client, as text and with its segments."""

import json
import os
import sys

from openai import OpenAI

client = OpenAI(api_key=os.environ["API_KEY"], base_url="https://stt.api.cloud.yandex.net/v1")
with open(sys.argv[1], "rb") as audio:
    text = client.audio.transcriptions.create(model="whisper-1", file=audio, language="ru").text
with open(sys.argv[1], "rb") as audio:
    verbose = client.audio.transcriptions.create(
        model="whisper-1",
        file=audio,
        language="ru",
        response_format="verbose_json",
        timestamp_granularities=["segment", "word"],
    )
assert verbose.text == text
assert verbose.words[-1].end <= verbose.duration
print(json.dumps({"text": text}))
