"""Options and settings of texts reach the result of an operation."""

from dataclasses import replace
from pathlib import Path

import pytest

from govor.records import TextOptions
from tests.tiny.service import ALICE, finished, record, started

ROWS = [
    (TextOptions(), "1000"),
    (TextOptions(literature_text=True), "1000."),
    (TextOptions(profanity_filter=True), "1***"),
    (TextOptions(profanity_filter=True, literature_text=True), "1***."),
]


async def test_text_is_written_as_request_and_settings_say(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("1000\n", encoding="utf-8")
    chosen = {"profanity_list": str(tmp_path / "words.txt"), "profanity_mask": "first"}
    async with started(tmp_path, **chosen) as operations:
        task = record(tmp_path, "one.raw", [1000])
        for options, expected in ROWS:
            made = await operations.submit(replace(task, text=options), ALICE)
            transcript = (await finished(operations, made.id)).transcript
            assert transcript is not None
            (chunk,) = transcript.chunks
            assert chunk.text == expected
            assert [word.text for word in chunk.words] == ["1000"]
            assert transcript.rules == 1


@pytest.mark.parametrize(("language", "raw"), [("auto", False), ("ru-RU", True)])
async def test_rules_are_none_where_numbers_stay_words(tmp_path: Path, language: str, raw: bool) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "one.raw", [1000])
        asked = replace(task, language=language, text=TextOptions(raw_results=raw))
        made = await operations.submit(asked, ALICE)
        transcript = (await finished(operations, made.id)).transcript
        assert transcript is not None
        assert transcript.rules == 0
