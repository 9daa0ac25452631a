"""Recordings in a bucket: what s3://BUCKET/FOLDER/ names."""

from urllib.parse import quote

import click

from govor.commands import sources
from govor.commands.local_work import objects_for
from govor.commands.sources import AUDIO_SUFFIXES, Source
from govor.settings import Settings


async def in_bucket(name: str, settings: Settings, *, there: bool) -> list[Source]:
    """Everything below a prefix that is named like audio, sorted. Raises StorageFailed, PermissionDenied.

    `there`: a service will read the links. Only S3 is then the same place for it and for us.
    """
    if there and not (settings.s3_endpoint or settings.s3_credentials):
        raise click.UsageError(
            f"{name} can be listed only with GOVOR_S3_ENDPOINT and a key; for the service's own store, "
            "its address and a static key (govor keys create --s3)"
        )
    bucket, _, prefix = name.removeprefix("s3://").partition("/")
    found = []
    async for key, size in objects_for(name, settings).list(bucket, prefix):
        place = key.removeprefix(prefix)
        if "." + key.rpartition(".")[2].lower() in AUDIO_SUFFIXES and place:
            found.append(sources.of_link(f"s3://{bucket}/{quote(key)}", place, size))
    return found
