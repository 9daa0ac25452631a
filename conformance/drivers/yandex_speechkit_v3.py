"""yandex-speechkit (deprecated, still in use): a file as a stream of API v3 in FULL_DATA mode."""

import json
import os
import sys

from pydub import AudioSegment
from speechkit import configure_credentials, creds, model_repository
from speechkit.stt import AudioProcessingType

configure_credentials(yandex_credentials=creds.YandexCredentials(api_key=os.environ["API_KEY"]))
model = model_repository.recognition_model()
model.model = "general"
model.language = "ru-RU"
model.audio_processing_type = AudioProcessingType.Full
result = model.transcribe_file(sys.argv[1])
assert AudioSegment.from_file(sys.argv[1]).channels == len(result)
print(json.dumps({"text": " ".join(each.normalized_text for each in result)}))
