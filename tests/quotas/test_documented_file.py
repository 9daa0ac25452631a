"""The file of folders in docs/quotas.md is one that the service reads."""

import re
from pathlib import Path

from govor.quotas.limits import read
from govor.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "quotas.md"


def test_the_documented_file_is_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "folders.toml"
    file.write_text(text, encoding="utf-8")
    made = read(Settings(folder_limits=file))
    assert made.of("b1gvvn2k0000000000ab").weight == 2.0
    assert made.of("b1gvvn2k0000000000cd").operations == 20
