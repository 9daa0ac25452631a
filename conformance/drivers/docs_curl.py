"""The documentation's cURL commands, but for the key, and a shell client that reads with grep."""

import json
import os
import subprocess
import sys
import time

PUT = 'curl --silent --fail -T "$0" -H "Authorization: Api-Key $API_KEY" "https://api.cloud.yandex.net/objects/curl/a.ogg"'
POST = """curl --silent --fail --request POST --header "Authorization: Api-Key $API_KEY" --data '@body.json' \
    https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize"""
GET = """curl --silent --fail --insecure --header "Authorization: Api-key $API_KEY" \
    https://operation.api.cloud.yandex.net:443/operations/"""


def shell(command: str, *arguments: str) -> str:
    """Its standard output."""
    return subprocess.run(
        ["sh", "-c", command, *arguments], check=True, capture_output=True, text=True
    ).stdout


os.chdir(os.path.dirname(os.environ["KEY_FILE"]))
link = json.loads(shell(PUT, sys.argv[1]))["uri"]
with open("body.json", "w") as body:
    json.dump({"config": {"specification": {"languageCode": "ru-RU"}}, "audio": {"uri": link}}, body)
operation = json.loads(shell(POST))["id"]
for _ in range(200):
    answer = shell(GET + operation)
    if '"done": true' in answer:
        break
    time.sleep(1)
READ = """grep '"text"' | sed 's/.*"text": "//; s/",*$//'"""
read = subprocess.run(["sh", "-c", READ], input=answer, capture_output=True, text=True, check=True)
print(json.dumps({"text": " ".join(read.stdout.split())}))
