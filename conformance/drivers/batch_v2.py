"""As a batch script does: WAV as LINEAR16_PCM with its header, a presigned link, operations kept in files."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import boto3
import requests

SUBMIT = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize"
HEADERS = {"Authorization": "Api-Key " + os.environ["API_KEY"]}
s3 = boto3.session.Session().client(
    service_name="s3",
    endpoint_url="https://storage.yandexcloud.net",
    region_name="ru-central1",
    aws_access_key_id=os.environ["S3_KEY_ID"],
    aws_secret_access_key=os.environ["S3_SECRET"],
)
with tempfile.TemporaryDirectory() as folder:
    wav, state = os.path.join(folder, "speech.wav"), os.path.join(folder, "speech.json")
    tool = shutil.which("ffmpeg") or "ffmpeg"
    command = [tool, "-v", "error", "-i", sys.argv[1], "-ar", "48000", "-ac", "1", wav]
    subprocess.run(command, check=True)
    s3.upload_file(wav, "batch", "in/speech.wav")
    where = {"Bucket": "batch", "Key": "in/speech.wav"}
    link = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=3600)
    specification = {
        "languageCode": "ru-RU",
        "model": "general",
        "profanityFilter": "false",
        "literature_text": "true",
        "audioEncoding": "LINEAR16_PCM",
        "sampleRateHertz": "48000",
        "audioChannelCount": "1",
    }
    body = {"config": {"specification": specification}, "audio": {"uri": link}}
    submitted = requests.post(SUBMIT, headers=HEADERS, json=body, timeout=30).json()
    with open(state, "w") as file:
        json.dump({"id": submitted["id"], "done": submitted["done"]}, file)
    for _ in range(200):
        with open(state) as file:
            operation = json.load(file)
        if operation["done"]:
            break
        time.sleep(1)
        url = "https://operation.api.cloud.yandex.net/operations/" + operation["id"]
        with open(state, "w") as file:
            json.dump(requests.get(url, headers=HEADERS, timeout=30).json(), file)
    s3.delete_object(**where)
texts = [
    alternative["text"]
    for chunk in operation["response"]["chunks"]
    if chunk["channelTag"] == "1"
    for alternative in chunk["alternatives"]
]
print(json.dumps({"text": " ".join(texts)}))
