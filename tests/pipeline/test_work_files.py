"""What a step leaves is there for the next one on another machine; on one machine nothing moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.errors import BadSetting, PermissionDenied, StorageFailed
from govor.pipeline import early, work_files
from govor.pipeline.scratch import Manifest, Scratch, Stretch, part, write_manifest
from govor.pipeline.work_files import EVERY_PART, LocalFiles, SharedFiles
from govor.settings import Settings
from govor.storage.objects import Objects
from govor.storage.work_store import WorkStore
from tests.storage.s3_server import MotoServer, moto

ID = "e03op000000000000000"
PARTS = [b"first", b"second", b"third"]
BUCKET = "govor-work"


@pytest.fixture(scope="module")
def s3() -> Iterator[MotoServer]:
    with moto() as server:
        server.client().create_bucket(Bucket=BUCKET)
        yield server


@pytest.fixture(params=["folder", "bucket"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A fleet's place for work files: a folder, or a prefix of a bucket of a real S3 server."""
    if request.param == "folder":
        return Settings(data_dir=tmp_path, work_url=f"file://{tmp_path}/shared")
    server: MotoServer = request.getfixturevalue("s3")
    return Settings(data_dir=tmp_path, work_url=f"s3://{BUCKET}/{tmp_path.name}", s3_endpoint=server.endpoint,
                    s3_access_key_id="any", s3_secret_access_key="key")  # fmt: skip


class Machine:
    """A disk, and the files of one operation on it."""

    def __init__(self, settings: Settings, disk: Path) -> None:
        self.files = work_files.of(settings, disk)
        self.scratch = Scratch(disk, ID)

    def make_parts(self) -> None:
        """What prepare does."""
        self.scratch.folder.mkdir(parents=True, exist_ok=True)
        with self.scratch.drafting() as draft:
            for index, content in enumerate(PARTS):
                part(draft, index).write_bytes(content)
            stretch = Stretch(channel=1, start_ms=0, offset=0, samples=1)
            write_manifest(draft, Manifest(audio_ms=9, channels=1, parts=((stretch,),) * len(PARTS)))

    def part(self, index: int) -> bytes:
        """The content of a part that is here."""
        return self.scratch.part(index).read_bytes()


@pytest.fixture
def machines(settings: Settings, tmp_path: Path) -> tuple[Machine, Machine]:
    """Two of them."""
    return Machine(settings, tmp_path / "a"), Machine(settings, tmp_path / "b")


async def test_a_source_fetched_here_is_there_for_another_machine(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    await there.files.bring_source(there.scratch)
    assert not there.scratch.source.exists()
    here.scratch.folder.mkdir(parents=True)
    here.scratch.source.write_bytes(b"sound" * 1_000_000)
    await here.files.keep_source(here.scratch)
    await there.files.bring_source(there.scratch)
    assert there.scratch.source.read_bytes() == b"sound" * 1_000_000


async def test_inline_content_is_there_for_every_machine(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    await here.files.keep_content(here.scratch, b"sound")
    await there.files.bring_source(there.scratch)
    assert there.scratch.source.read_bytes() == b"sound"


async def test_any_machine_takes_any_part_and_keeps_none(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    assert not await there.files.bring_parts(there.scratch, (0,))
    await here.files.keep_content(here.scratch, b"sound")
    here.make_parts()
    await here.files.keep_parts(here.scratch)
    assert await there.files.bring_parts(there.scratch, (1,))
    assert there.part(1) == PARTS[1]
    assert not there.scratch.part(0).exists()
    await there.files.done_with(there.scratch, 1)
    assert not there.scratch.part(1).exists()
    await here.files.done_with(here.scratch, 1)
    assert here.part(1) == PARTS[1]  # the machine that made them has them until the end
    await there.files.bring_parts(there.scratch, EVERY_PART)
    assert [there.part(index) for index in range(3)] == PARTS
    await there.files.bring_source(Scratch(there.scratch.folder.parent.parent / "c", ID))
    assert not (there.scratch.folder.parent.parent / "c" / ID / "source").exists()  # not needed any more


async def test_a_part_is_taken_elsewhere_while_others_are_made(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    stretches = (Stretch(channel=1, start_ms=7, offset=0, samples=1),)
    here.scratch.folder.mkdir(parents=True)
    draft = here.scratch.folder / "00000.pcm"
    draft.write_bytes(PARTS[0])
    assert not await there.files.bring_early(there.scratch, 0)
    early.offer(here.scratch.early, draft, 0, stretches)
    assert not await there.files.bring_early(there.scratch, 0)
    await here.files.keep_early(here.scratch, 0)
    for machine in (here, there):
        assert await machine.files.bring_early(machine.scratch, 0)
        piece = machine.scratch.piece(0)
        assert (piece.path.read_bytes(), piece.stretches) == (PARTS[0], stretches)
        assert not await machine.files.bring_early(machine.scratch, 1)
    await there.files.done_with(there.scratch, 0)
    assert not there.scratch.early_part(0).exists()
    here.make_parts()
    await here.files.keep_parts(here.scratch)
    assert await there.files.bring_parts(there.scratch, EVERY_PART)
    assert [there.part(index) for index in range(3)] == PARTS


async def test_a_part_discarded_while_it_is_taken_is_not_there(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    here.make_parts()
    early.offer(here.scratch.early, here.scratch.part(0), 0, ())
    await here.files.keep_early(here.scratch, 0)
    assert isinstance(here.files, SharedFiles)
    await here.files.store.delete([work_files.name(here.scratch, here.scratch.part(0))])
    assert not await there.files.bring_early(there.scratch, 0)
    assert not there.scratch.early_note(0).exists()


async def test_parts_that_an_earlier_life_told_nobody_of_are_told(
    machines: tuple[Machine, Machine],
) -> None:
    here, there = machines
    here.make_parts()  # and then the process died
    assert await here.files.bring_parts(here.scratch, ())
    assert await there.files.bring_parts(there.scratch, (2,))
    assert there.part(2) == PARTS[2]


async def test_what_was_discarded_is_gone_everywhere(machines: tuple[Machine, Machine]) -> None:
    here, there = machines
    here.make_parts()
    await here.files.keep_parts(here.scratch)
    await there.files.bring_parts(there.scratch, (0,))
    await here.files.discard(here.scratch)
    assert await here.files.operations() == {}
    assert await there.files.operations() == {ID: True}  # its own copies: they go with the sweep
    assert not await there.files.bring_parts(there.scratch, (1,))
    assert not there.scratch.parts.exists()


async def test_files_need_no_row_until_they_are_old(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = machines
    await here.files.keep_content(here.scratch, b"sound")  # its row is written a moment later
    assert await there.files.operations() == {ID: False}
    monkeypatch.setattr(work_files, "SETTLED_SECONDS", -60.0)
    assert await there.files.operations() == {ID: True}


async def test_a_fleet_without_shared_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="all its machines"):
        work_files.of(Settings(data_dir=tmp_path, database_url="postgresql://x/y"), tmp_path)


@pytest.mark.parametrize("url", ["shared", "file://", "file://host/folder", "s3:///prefix", "https://a/b"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSetting):
        work_files.of(Settings(data_dir=tmp_path, work_url=url), tmp_path)


def test_one_machine_works_where_it_stands(tmp_path: Path) -> None:
    assert isinstance(work_files.of(Settings(data_dir=tmp_path), tmp_path), LocalFiles)


async def test_a_store_that_fails_for_a_while_is_waited_for(s3: MotoServer, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, work_url=f"s3://{BUCKET}", s3_endpoint=s3.endpoint,
                        s3_access_key_id="any", s3_secret_access_key="key")  # fmt: skip
    store = WorkStore.of(settings)
    store.waits_seconds = (0.0, 0.0)
    failures = iter([StorageFailed("once"), StorageFailed("twice"), None])

    async def action() -> str:
        if error := next(failures):
            raise error
        return "done"

    assert await store._tried(action) == "done"
    with pytest.raises(StorageFailed):
        await SharedFiles(tmp_path, WorkStore.of(unreachable(tmp_path))).check()


def unreachable(tmp_path: Path) -> Settings:
    """Nobody listens there."""
    return Settings(data_dir=tmp_path, work_url=f"s3://{BUCKET}", s3_endpoint="http://127.0.0.1:1",
                    s3_access_key_id="any", s3_secret_access_key="key")  # fmt: skip


@pytest.mark.parametrize("uri", [f"s3://{BUCKET}/scratch/ID/source",
                                 f"https://storage.yandexcloud.net/{BUCKET}/scratch/ID/source"])  # fmt: skip
def test_callers_cannot_read_the_bucket_of_work_files(tmp_path: Path, uri: str) -> None:
    with pytest.raises(PermissionDenied):
        Objects(unreachable(tmp_path)).check(uri)
