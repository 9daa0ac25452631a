"""Hot words reach the recogniser: those of the request and those of the folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from govor.errors import BadRequest
from govor.recognition import phrases
from tests.tiny.service import ALICE, BOB, finished, heard, record, started


async def test_phrases_of_request_and_folder_are_expected_in_every_stretch(tmp_path: Path) -> None:
    task = replace(record(tmp_path, "call.pcm", [5, 7]), hot_words=("говор",))
    of = {ALICE.folder_id: ("анапа", "говор")}
    async with started(tmp_path) as operations:
        operations.hot_words = lambda folder_id: of.get(folder_id, ())
        done = await finished(operations, (await operations.submit(task, ALICE)).id)
        other = await finished(operations, (await operations.submit(task, BOB)).id, BOB)
    both, own = [(1, "говор"), (1, "анапа")], [(1, "говор")]
    assert heard(done.transcript) == [*both, (1, "5"), *both, (1, "7")]
    assert heard(other.transcript) == [*own, (1, "5"), *own, (1, "7")]


async def test_more_phrases_than_can_be_raised_are_refused_at_once(tmp_path: Path) -> None:
    many = tuple(f"слово{'а' * number}" for number in range(phrases.PHRASES_MAX))
    task = replace(record(tmp_path, "call.pcm", [5]), hot_words=many)
    async with started(tmp_path) as operations:
        operations.hot_words = lambda folder_id: ("еще одно",)
        with pytest.raises(BadRequest, match="too many hot words"):
            await operations.submit(task, ALICE)
