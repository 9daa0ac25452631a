"""Many recordings at once; each transcript lies beside its recording as TEXT and SRT.

python examples/many_files.py http://127.0.0.1:8080 KEY calls/*.ogg
"""

import asyncio
import sys
from pathlib import Path

import govor
from govor.client import OperationFailed

AT_ONCE = 8


async def transcribe(client: govor.AsyncClient, path: Path, slots: asyncio.Semaphore) -> None:
    """Upload, submit, wait, fetch."""
    async with slots:
        operation = await client.submit(await client.upload(path), language="ru-RU")
        try:
            await client.wait(operation.id)
        except OperationFailed as error:
            print(f"{path}: {error}")
            return
        for kind in ("txt", "srt"):
            path.with_suffix(f".{kind}").write_bytes(await client.export(operation.id, kind))
        print(f"{path}: done")


async def main(server: str, key: str, *paths: str) -> None:
    """All of them, so many at once."""
    slots = asyncio.Semaphore(AT_ONCE)
    async with govor.AsyncClient(server, key) as client, asyncio.TaskGroup() as group:
        for path in paths:
            group.create_task(transcribe(client, Path(path), slots))


asyncio.run(main(*sys.argv[1:]))
