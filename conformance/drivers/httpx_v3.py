"""httpx: API v3 over REST as a public example does it: inline audio, results read line by line.

The library's own time limits stay: five seconds for each answer.
"""

import asyncio
import base64
import json
import os
import sys

import httpx


async def recognised(content: bytes) -> str:
    """The final texts."""
    body = {
        "content": base64.b64encode(content).decode(),
        "recognitionModel": {
            "model": "general",
            "audioFormat": {"containerAudio": {"containerAudioType": "OGG_OPUS"}},
            "languageRestriction": {"restrictionType": "WHITELIST", "languageCode": ["ru-RU"]},
            "audioProcessingType": "FULL_DATA",
        },
    }
    headers = {"Authorization": "Api-Key " + os.environ["API_KEY"]}
    stt = "https://stt.api.cloud.yandex.net/stt/v3"
    async with httpx.AsyncClient(headers=headers) as client:
        answer = await client.post(f"{stt}/recognizeFileAsync", json=body)
        assert answer.status_code == 200, answer.text
        operation = answer.json()["id"]
        for _ in range(200):
            url = f"https://operation.api.cloud.yandex.net/operations/{operation}"
            if (await client.get(url)).json()["done"]:
                break
            await asyncio.sleep(1)
        result = await client.get(f"{stt}/getRecognition", params={"operationId": operation})
        assert result.status_code == 200, result.text
        deleted = await client.delete(f"{stt}/deleteRecognition", params={"operationId": operation})
        assert (deleted.status_code, deleted.json()) == (200, {})
    events = [json.loads(line)["result"] for line in result.text.split("\n") if line]
    return " ".join(each["final"]["alternatives"][0]["text"] for each in events if "final" in each)


with open(sys.argv[1], "rb") as audio:
    text = asyncio.run(recognised(audio.read()))
print(json.dumps({"text": text}))
