"""speechkit (TikhonP): short audio, API v1."""

import json
import sys

from speechkit import ShortAudioRecognition
from tikhonp_session import pcm, session

recognition = ShortAudioRecognition(session())
text = recognition.recognize(pcm(sys.argv[1], 16_000), format="lpcm", sampleRateHertz="16000")
print(json.dumps({"text": text}))
