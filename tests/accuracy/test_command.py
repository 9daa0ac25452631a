"""`govor bench accuracy` on the bundled recording, with the model a user has."""

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from govor.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording with its text, one that is none, and manifests of them."""
    folder = tmp_path_factory.mktemp("recordings")
    shutil.copy(SAMPLES / "greeting.ogg", folder)
    (folder / "broken.ogg").write_bytes(b"this is no recording")
    text = (SAMPLES / "greeting.txt").read_text(encoding="utf-8").strip()
    (folder / "good.tsv").write_text(f"greeting.ogg\t{text}\n", encoding="utf-8")
    (folder / "broken.tsv").write_text(f"broken.ogg\tда\ngreeting.ogg\t{text}\n", encoding="utf-8")
    (folder / "nothing.tsv").write_text("broken.ogg\tда\nmissing.ogg\tнет\n", encoding="utf-8")
    return folder


def measured(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["bench", "accuracy", *map(str, arguments)])


def test_a_page_and_a_picture_of_the_users_own_recordings(folder: Path) -> None:
    done = measured(folder / "good.tsv", "--plot", folder / "plot.svg")
    assert done.exit_code == 0, done.output
    assert "word error rate" in done.stdout
    assert "expected calibration error" in done.stdout
    texts = [
        node.text or "" for node in ElementTree.parse(folder / "plot.svg").iter() if node.tag.endswith("text")
    ]
    assert any("word error rate" in text for text in texts)


def test_a_recording_that_cannot_be_transcribed_is_named_and_does_not_stop_the_others(folder: Path) -> None:
    done = measured(folder / "broken.tsv", "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert "broken.ogg" in done.stderr
    assert (document["recordings"], len(document["failed"])) == (1, 1)
    words = document["words"]
    assert words["rate"] == pytest.approx(
        (words["substitutions"] + words["deletions"] + words["insertions"]) / words["said"], abs=1e-5
    )
    assert words["interval_95"][0] <= words["rate"] <= words["interval_95"][1]


def test_a_limit_that_is_not_kept_is_exit_status_3(folder: Path) -> None:
    (folder / "wrong.tsv").write_text("greeting.ogg\tсовсем другое\n", encoding="utf-8")
    assert measured(folder / "wrong.tsv", "--wer-max", 50).exit_code == 3


def test_nothing_measured_is_an_error_of_one_line(folder: Path) -> None:
    done = measured(folder / "nothing.tsv")
    assert done.exit_code == 1
    assert "no recording of the manifest could be transcribed" in done.stderr


def test_hot_words_that_no_model_can_write_are_refused(folder: Path) -> None:
    (folder / "bad.txt").write_text("дом 5\n", encoding="utf-8")
    done = measured(folder / "good.tsv", "--hot-words", folder / "bad.txt")
    assert done.exit_code == 1
    assert "a hot word has no digits" in done.stderr
