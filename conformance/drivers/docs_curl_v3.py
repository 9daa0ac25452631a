"""The documentation's cURL commands for API v3, but for the key: snake_case, a form, Api-key."""

import json
import os
import subprocess
import sys
import time

PUT = 'curl --silent --fail -T "$0" -H "Authorization: Api-Key $API_KEY" "https://api.cloud.yandex.net/objects/curl/v3.ogg"'
POST = """curl --silent --fail --insecure --header "Authorization: Api-Key $API_KEY" --data @request.json \
    https://stt.api.cloud.yandex.net:443/stt/v3/recognizeFileAsync"""
GET = """curl --silent --fail --insecure --header "Authorization: Api-key $API_KEY" \
    https://operation.api.cloud.yandex.net:443/operations/"""
READ = """curl --silent --fail --insecure --header "Authorization: Api-key $API_KEY" \
    https://stt.api.cloud.yandex.net:443/stt/v3/getRecognition?operation_id="""


def shell(command: str, *arguments: str) -> str:
    """Its standard output."""
    return subprocess.run(
        ["sh", "-c", command, *arguments], check=True, capture_output=True, text=True
    ).stdout


os.chdir(os.path.dirname(os.environ["KEY_FILE"]))
request = {
    "uri": json.loads(shell(PUT, sys.argv[1]))["uri"],
    "recognition_model": {
        "model": "general",
        "audio_format": {"container_audio": {"container_audio_type": "OGG_OPUS"}},
        "language_restriction": {"restriction_type": "WHITELIST", "language_code": ["ru-RU"]},
    },
}
with open("request.json", "w") as file:
    json.dump(request, file)
operation = json.loads(shell(POST))["id"]
for _ in range(200):
    if json.loads(shell(GET + operation))["done"]:
        break
    time.sleep(1)
answer, texts, decoder = shell(READ + operation).strip(), [], json.JSONDecoder()
while answer:  # objects back to back, whatever stands between them
    event, end = decoder.raw_decode(answer)
    answer = answer[end:].lstrip()
    if "finalRefinement" in event["result"]:
        texts.append(event["result"]["finalRefinement"]["normalizedText"]["alternatives"][0]["text"])
print(json.dumps({"text": " ".join(texts)}))
