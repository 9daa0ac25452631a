"""The reader of the pages: what it starts beside a page ends with the page."""

import socket
from pathlib import Path

import pytest

from tests.docs.reader import PageFailed, Reader

LISTENING = """
<!-- beside: 8090 -->
```sh
python -m http.server --bind 127.0.0.1 8090
```

```sh
echo "behind it"
```

```text
behind it
```
"""
ENDING = """
<!-- beside: 8090 -->
```sh
echo "no service at all"
```
"""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Nothing runs for this one."""
    return Reader(home=tmp_path / "home")


def page(folder: Path, text: str) -> Path:
    """A page with these blocks."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_runs_beside_a_page_listens_behind_its_block_and_ends_with_the_page(
    reader: Reader, tmp_path: Path
) -> None:
    assert reader.read(page(tmp_path, LISTENING)) == 2
    script = (reader.home / "page" / ".page" / "0.sh").read_text(encoding="utf-8")
    port = int(script.split()[-1])
    assert port != 8090
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_what_ends_before_it_listens_fails_the_page(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(PageFailed, match="no service at all"):
        reader.read(page(tmp_path, ENDING))
