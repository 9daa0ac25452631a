"""yandex-ai-studio-sdk: asynchronous recognition of API v3, found by discovery, with inline audio."""

import json
import os
import sys

from yandex_ai_studio_sdk import AIStudio
from yandex_ai_studio_sdk.auth import APIKeyAuth

sdk = AIStudio(folder_id="", auth=APIKeyAuth(os.environ["API_KEY"]))
recognizer = sdk.speechkit.speech_to_text(
    audio_format="OGG_OPUS", language_codes="ru-RU", text_normalization=True
)
with open(sys.argv[1], "rb") as audio:
    operation = recognizer.run_deferred(audio.read(), timeout=60)
result = operation.wait(poll_interval=1, poll_timeout=200)
again = sdk.speechkit.speech_to_text.get_recognition_result(operation.id)
assert again.text == result.text
print(json.dumps({"text": result.text}))
