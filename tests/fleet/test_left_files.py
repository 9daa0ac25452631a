"""Files in the place that all machines share: those of what ended go, those of what is on its way stay."""

from pathlib import Path

from govor.operations import Operations
from govor.records import AudioEncoding, AudioSpec, Task
from tests.tiny.service import ALICE, build
from tests.tiny.sound import sound

TASK = Task(uri="", audio=AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=8_000), api=3)
ELSEWHERE = "f8d" + "0" * 17  # accepted by another door, which has not written its row yet


def kept(shared: Path) -> set[str]:
    """The operations that have files in the shared place."""
    return {path.parent.name for path in shared.glob("scratch/*/source")}


async def test_files_of_an_operation_that_nobody_began_go_after_its_cancellation(
    postgres_url: str, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    door: Operations = build(
        tmp_path / "door", database_url=postgres_url, work_url=f"file://{shared}", worker=False
    )
    await door.start()
    try:
        cancelled, waiting = [(await door.submit(TASK, ALICE, content=sound(3))).id for _ in range(2)]
        await door.work.keep(ELSEWHERE, sound(4))
        await door.cancel(cancelled, ALICE)
        await door._sweep()
        assert kept(shared) == {waiting, ELSEWHERE}
    finally:
        await door.stop()
