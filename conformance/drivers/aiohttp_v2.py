"""aiohttp: several recordings of API v2 at once; uploads with boto3, unsigned links, an empty language."""

import asyncio
import json
import os
import sys

import aiohttp
import boto3

FILES = 3
SUBMIT = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize"
OPERATIONS = "https://operation.api.cloud.yandex.net/operations/"
s3 = boto3.client(
    "s3",
    endpoint_url="https://storage.yandexcloud.net",
    region_name="ru-central1",
    aws_access_key_id=os.environ["S3_KEY_ID"],
    aws_secret_access_key=os.environ["S3_SECRET"],
)


async def recognised(session: aiohttp.ClientSession, link: str) -> str:
    """`json()` of aiohttp insists on application/json."""
    body = {"config": {"specification": {"languageCode": ""}}, "audio": {"uri": link}}
    async with session.post(SUBMIT, json=body) as answer:
        operation = await answer.json()
    for _ in range(200):
        async with session.get(OPERATIONS + operation["id"]) as answer:
            operation = await answer.json()
        if operation["done"]:
            break
        await asyncio.sleep(1)
    chunks = operation["response"]["chunks"]
    assert all(float(chunk["alternatives"][0]["words"][-1]["endTime"].rstrip("s")) > 0 for chunk in chunks)
    return " ".join(chunk["alternatives"][0]["text"] for chunk in chunks)


async def main(path: str) -> None:
    """Upload, recognise all at once, delete."""
    keys = [f"звонки/call {number}+.ogg" for number in range(FILES)]
    for key in keys:
        s3.upload_file(path, "aiohttp", key)
    headers = {"Authorization": "Api-Key " + os.environ["API_KEY"]}
    async with aiohttp.ClientSession(headers=headers, trust_env=True) as session:
        links = [f"https://storage.yandexcloud.net/aiohttp/{key}" for key in keys]
        texts = await asyncio.gather(*(recognised(session, link) for link in links))
    s3.delete_objects(Bucket="aiohttp", Delete={"Objects": [{"Key": key} for key in keys]})
    assert len(set(texts)) == 1
    print(json.dumps({"text": texts[0]}))


asyncio.run(main(sys.argv[1]))
