"""The flow of SpeechKit's page on OggOpus files and API v2, written with requests as that page does it.

Arguments: the origin (https://…, where the page names two hosts), an API key, a link. Run by
test_documented_flow.py; nothing in it knows Govor.
"""

import sys
import time
from typing import Any

import requests

origin, key, link = sys.argv[1:]
submit_url = f"{origin}/speech/stt/v2/longRunningRecognize"
operation_url = f"{origin}/operations/{{id}}"

body: Any = {"config": {"specification": {"languageCode": "ru-RU"}}, "audio": {"uri": link}}
header = {"Authorization": f"Api-Key {key}"}

data = requests.post(submit_url, headers=header, json=body, timeout=20).json()
print(data)

while True:
    time.sleep(0.05)
    answer = requests.get(operation_url.format(id=data["id"]), headers=header, timeout=20).json()
    if answer["done"]:
        break
    print("Not ready")

print("Text chunks:")
for chunk in answer["response"]["chunks"]:
    print(chunk["alternatives"][0]["text"])
