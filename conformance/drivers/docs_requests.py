"""The documentation's Python script for API v2: Bearer, `requests`, a poll each second."""

import json
import os
import sys
import time

import requests

OBJECT = "https://storage.yandexcloud.net/documented/speech.ogg"


with open(sys.argv[1], "rb") as audio:
    url = "https://api.cloud.yandex.net/objects/documented/speech.ogg"
    requests.put(
        url, audio.read(), headers={"Authorization": "Bearer " + os.environ["API_KEY"]}
    ).raise_for_status()

key = os.environ["API_KEY"]
POST = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize"
body = {"config": {"specification": {"languageCode": "ru-RU"}}, "audio": {"uri": OBJECT}}
header = {"Authorization": f"Bearer {key}"}
req = requests.post(POST, headers=header, json=body)
data = req.json()
id = data["id"]
while True:
    time.sleep(1)
    GET = "https://operation.api.cloud.yandex.net/operations/{id}"
    req = requests.get(GET.format(id=id), headers=header)
    req = req.json()
    if req["done"]:
        break
    print("Not ready", file=sys.stderr)
texts = [chunk["alternatives"][0]["text"] for chunk in req["response"]["chunks"]]
print(json.dumps({"text": " ".join(texts)}))
