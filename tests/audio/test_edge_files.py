"""126 odd files of other projects' tests: sound or BadAudio, never anything else, as the table says."""

from pathlib import Path

import pytest

from govor.audio import sandbox
from tests.audio import outcomes

CORPUS = Path(__file__).parents[3] / "shared" / "audio" / "edge"
TABLE = Path(__file__).with_name("edge_outcomes.tsv")
HEADER, *ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus ../shared/audio/edge is not on this machine"
)


def test_the_table_has_the_columns_that_are_tried() -> None:
    assert ["file", *map(str, outcomes.ENCODINGS)] == HEADER


def test_the_table_has_every_file() -> None:
    files = {str(path.relative_to(CORPUS)) for path in CORPUS.rglob("*") if path.is_file()}
    assert files == {row[0] for row in ROWS}


@pytest.mark.parametrize(("name", "expected"), [(row[0], row[1:]) for row in ROWS])
def test_an_odd_file_is_sound_or_refused(name: str, expected: list[str]) -> None:
    assert sandbox.run(outcomes.of_file, CORPUS / name) == expected
