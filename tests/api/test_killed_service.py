"""kill -9 of a whole `govor serve`, seen through the door: what a POST was answered for is finished, once."""

import json
import time
from pathlib import Path
from typing import Any

from scripts.local_service import LocalService, running

SAMPLES = Path(__file__).parent.parent.parent / "samples"
KILLED_AFTER_SECONDS = (0.0, 0.1, 0.3, 0.7, 1.5)  # from the last answered POST: fetching … recognising
POSTS_A_LIFE = 2
DONE_SECONDS = 120


def submitted(service: LocalService) -> list[str]:
    """Post the recording several times; the ids that were answered."""
    uri = service.put(SAMPLES / "call.ogg")
    return [str(service.submit(uri)["id"]) for _ in range(POSTS_A_LIFE)]


def words(operation: dict[str, Any]) -> str:
    """The chunks, to be compared with another run's."""
    return json.dumps(operation["response"]["chunks"], ensure_ascii=False)


def test_every_accepted_post_survives_kills_of_the_whole_service(tmp_path: Path) -> None:
    accepted: list[str] = []
    for seconds in KILLED_AFTER_SECONDS:
        with running(tmp_path) as service:
            accepted += submitted(service)
            time.sleep(seconds)
            service.process.kill()
            service.process.wait()
    with running(tmp_path) as service:
        done = [service.wait(one, timeout_seconds=DONE_SECONDS) for one in accepted]
        undisturbed = service.wait(
            service.submit(service.put(SAMPLES / "call.ogg"))["id"], timeout_seconds=60
        )
    assert len(set(accepted)) == POSTS_A_LIFE * len(KILLED_AFTER_SECONDS)
    assert {words(operation) for operation in done} == {words(undisturbed)}
    assert not list((tmp_path / "scratch").iterdir())
