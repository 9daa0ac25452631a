"""Files that come and go while somebody works: two machines, or two lives of one, at the same recording."""

from pathlib import Path

import pytest

from govor.pipeline import stored
from govor.pipeline.scratch import Scratch
from govor.records import Task
from tests.tiny.service import build, record

LEVELS = list(range(100, 170))  # two parts
ID = "e03" + "0" * 17


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return record(tmp_path / "shared", "long.pcm", LEVELS)


async def test_parts_that_appear_while_a_machine_wants_to_make_them_are_used(
    tmp_path: Path, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = (build(tmp_path / name, work_url=f"file://{tmp_path}/shared").work for name in "ab")
    look = slow.files.bring_parts
    overtaken: list[bool] = []

    async def look_and_be_overtaken(scratch: Scratch, indexes: tuple[int, ...]) -> bool:
        there = await look(scratch, indexes)
        if not overtaken:
            overtaken.append(there)
            await quick.prepare(ID, task)
        return there

    monkeypatch.setattr(slow.files, "bring_parts", look_and_be_overtaken)
    assert (await slow.prepare(ID, task))["parts"] == 2
    assert overtaken == [False]


async def test_a_part_whose_file_another_life_has_deleted_is_brought_again(
    tmp_path: Path, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, work = (build(tmp_path / name, work_url=f"file://{tmp_path}/shared").work for name in "ab")
    await maker.prepare(ID, task)
    bring = work.files.bring_early
    deleted: list[Path] = []

    async def bring_and_lose(scratch: Scratch, index: int) -> bool:
        there = await bring(scratch, index)
        if not deleted:
            deleted.append(scratch.early_part(index))
            deleted[0].unlink()
        return there

    monkeypatch.setattr(work.files, "bring_early", bring_and_lose)
    try:
        heard = stored.read_heard(await work.recognise(ID, task, 1, 0))
    finally:
        await work.pool.stop()
    assert [word.text for _, words in heard for word in words] == [str(level) for level in LEVELS[60:]]
    assert deleted
