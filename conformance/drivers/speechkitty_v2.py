"""speechkitty: a WAV file is converted, uploaded, transcribed, deleted; its parser reads the answer."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import boto3
from speechkitty import Parser, Transcriber

with tempfile.TemporaryDirectory() as folder:
    wav = os.path.join(folder, "speech.wav")
    subprocess.run([shutil.which("ffmpeg") or "ffmpeg", "-v", "error", "-i", sys.argv[1], wav], check=True)
    keys = {
        "aws_access_key_id": os.environ["S3_KEY_ID"],
        "aws_secret_access_key": os.environ["S3_SECRET"],
    }
    s3 = boto3.session.Session(region_name="ru-central1", **keys).client(
        "s3", endpoint_url="https://storage.yandexcloud.net"
    )
    s3.create_bucket(Bucket="kitty")
    transcriber = Transcriber(
        api="yandex",
        storage_bucket_name="kitty",
        transcribe_api_key=os.environ["API_KEY"],
        language_code="ru-RU",
        raise_exceptions=True,
        **keys,
    )
    result = transcriber.transcribe_file(wav)
assert result["done"], result
frame = Parser().parse_result(result)
assert (frame["startTime"] < frame["endTime"]).all()
left = s3.list_objects_v2(Bucket="kitty").get("Contents", [])
assert not left, left
print(json.dumps({"text": " ".join(frame["text"])}))
