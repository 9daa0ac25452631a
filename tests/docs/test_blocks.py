"""How the blocks of a page are found, and how an output is compared."""

import pytest

from tests.docs.blocks import Block, blocks, indented_code, prints

PAGE = """Text

```sh
echo a
```

```text
a
```

<!-- not run: no network -->
```sh
apt-get update
```

```text
shown only
```

<!-- stays: -->
```sh
serve
```
"""


def test_blocks_come_with_what_is_said_of_them() -> None:
    found = [(block.line, block.language, block.runs, block.reason, block.output) for block in blocks(PAGE)]
    assert found == [
        (3, "sh", True, "", "a\n"),
        (12, "sh", False, "no network", None),
        (16, "text", False, "", None),
        (21, "sh", True, "", None),
    ]
    assert blocks(PAGE)[-1].directive == "stays"


@pytest.mark.parametrize("comment", ["<!-- not run: -->", "<!-- beside: -->", "<!-- never: why -->"])
def test_a_comment_that_says_nothing_is_an_error(comment: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        blocks(f"{comment}\n```sh\ntrue\n```\n")


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a\nb\n", "a  \nb", True),
        ("a\n", "a\nb\n", False),
        ("id …\n", "id e03abc\n", True),
        ("…b…\n", "a\nb\nc\n", True),
        ("…b…\n", "a\nc\n", False),
        (".\n", "a\n", False),
        (None, "anything", True),
    ],
)
def test_ellipsis_stands_for_anything(expected: str | None, printed: str, same: bool) -> None:
    block = Block(line=1, language="sh", text="", output=expected)
    assert prints(block, printed) is same


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("text\n\n    govor serve\n    more\n", [3]),
        ("- item\n\n    its second paragraph\n", []),
        ("text\n    lazy continuation\n", []),
        ("```sh\n\n    inside\n```\n", []),
    ],
)
def test_code_outside_of_fences_is_found(page: str, lines: list[int]) -> None:
    assert indented_code(page) == lines
