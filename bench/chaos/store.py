"""An S3 server with every recording in it, behind a proxy that breaks it."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.chaos.jobs import Job, Recording
from tests.servers.breaking_proxy import BreakingProxy, breaking_proxy
from tests.storage.s3_server import MotoServer, moto
from tests.tiny.recogniser import RATE_HZ

BUCKET = "recordings"
WORK_BUCKET = "work"  # where a fleet shares its files
PROBE = "probe"  # what every process writes there at its start, to see that it can
WORK_URL = f"s3://{WORK_BUCKET}/chaos"


@dataclass(frozen=True, slots=True)
class Store:
    """What services are given as their S3 server."""

    server: MotoServer
    proxy: BreakingProxy

    @property
    def settings(self) -> dict[str, str]:
        """The settings that lead a service to it, through the proxy."""
        return {
            "GOVOR_S3_ENDPOINT": f"http://127.0.0.1:{self.proxy.port}",
            "GOVOR_S3_ACCESS_KEY_ID": "any",
            "GOVOR_S3_SECRET_ACCESS_KEY": "key",
        }

    def work_files(self) -> list[str]:
        """What operations left in the bucket of work files, looked at without the proxy."""
        pages = self.server.client().get_paginator("list_objects_v2").paginate(Bucket=WORK_BUCKET)
        keys = [str(entry["Key"]) for page in pages for entry in page.get("Contents", ())]
        return [key for key in keys if key.rpartition("/")[2] != PROBE]


@contextlib.contextmanager
def holding(jobs: Iterable[Job]) -> Iterator[Store]:
    """The store until the block ends."""
    with moto() as server, breaking_proxy(server.port) as proxy:
        client = server.client()
        for bucket in (BUCKET, WORK_BUCKET):
            client.create_bucket(Bucket=bucket)
        for recording in {job.recording.key: job.recording for job in jobs}.values():
            client.put_object(Bucket=BUCKET, Key=recording.key, Body=samples(recording))
        yield Store(server, proxy)


def samples(recording: Recording) -> bytes:
    """LINEAR16_PCM, the channels interleaved."""
    sound = np.repeat(np.asarray(recording.levels, np.int16), RATE_HZ)
    return np.stack([sound + channel for channel in range(recording.channels)], axis=1).tobytes()
