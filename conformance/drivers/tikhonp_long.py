"""speechkit (TikhonP): long audio. The library makes its own static key and its own bucket."""

import json
import os
import sys
import tempfile
import time

from speechkit import RecognitionLongAudio
from tikhonp_session import pcm, session

recognition = RecognitionLongAudio(session(), os.environ["ACCOUNT_ID"])
with tempfile.NamedTemporaryFile(suffix=".pcm") as file:
    file.write(pcm(sys.argv[1], 8_000))
    file.flush()
    recognition.send_for_recognition(
        file.name,
        audioEncoding="LINEAR16_PCM",
        sampleRateHertz="8000",
        audioChannelCount=1,
        rawResults=False,
    )
for _ in range(200):
    if recognition.get_recognition_results():
        break
    time.sleep(1)
print(json.dumps({"text": recognition.get_raw_text()}))
