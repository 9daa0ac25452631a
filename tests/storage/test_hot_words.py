"""The hot words of a folder."""

from pathlib import Path

from govor.settings import Settings
from govor.storage.hot_words import HotWords


def test_each_folder_has_its_own_words(tmp_path: Path) -> None:
    words = HotWords.open(Settings(data_dir=tmp_path))
    assert words.add("b1ga", ["говор", "анапа", "говор"]) == 2
    assert words.add("b1ga", ["говор", "еж"]) == 1
    assert words.add("b1gb", ["говор"]) == 1
    assert words.of("b1ga") == ("анапа", "говор", "еж")
    assert words.remove("b1ga", ["говор", "нет такого"]) == 1
    assert (words.of("b1ga"), words.of("b1gb")) == (("анапа", "еж"), ("говор",))
    words.close()


def test_words_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first = HotWords.open(settings)
    first.add("b1ga", ["говор"])
    first.close()
    second = HotWords.open(settings)
    assert second.of("b1ga") == ("говор",)
    second.close()
