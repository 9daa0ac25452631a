"""docs/sizing.md quotes what was measured."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| [^|]+ \| (?P<figure>[\d.]+)[^|]*\| `(?P<file>\w+)`: (?P<what>[^|]+?) \|$", re.MULTILINE
)
ROWS = [(row["figure"], row["file"], row["what"]) for row in ROW.finditer(PAGE)]


def measured(file: str, what: str) -> float:
    """The first figure of this name: of the lightest load, where there are several."""
    rows = json.loads((ROOT / "bench" / "results" / f"{file}.json").read_text())["rows"]
    return float(next(row["value"] for row in rows if row["what"].strip() == what))


def test_every_row_of_the_table_names_its_measurement() -> None:
    table = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(table) - 1 >= 10  # but for the head


@pytest.mark.parametrize(("figure", "file", "what"), ROWS, ids=lambda part: str(part)[:40])
def test_figure_is_the_measured_one(figure: str, file: str, what: str) -> None:
    digits = len(figure.partition(".")[2])
    assert float(figure) == round(measured(file, what), digits)


@pytest.mark.parametrize(
    ("what", "factor"),
    [
        ("real-time factor, POST to done, one core", 1),
        ("int8: the session, batch of 1, 2 threads", 2),
    ],
)
def test_formula_of_cores_uses_the_measured_factor(what: str, factor: int) -> None:
    figure = next(figure for figure, _, measurement in ROWS if measurement == what)
    threads = f" * {factor}" if factor > 1 else ""
    assert f"cores(100, {figure}{threads})" in PAGE


def test_formula_of_memory_is_not_below_what_was_measured() -> None:
    """Two recognisers and the decoder of one recording: its parts are those of the idle service."""
    parts = re.search(r"service, decoding_server, decoder = (\d+), (\d+), (\d+)", PAGE)
    model = re.search(r"model_mib=(\d+)", PAGE)
    assert parts
    assert model
    service, server, decoder = map(int, parts.groups())
    idle = service + server + int(model[1])
    assert abs(idle - measured("service", "idle memory, process tree")) < 10
    busy = measured("service", "4 h, two channels: peak memory, process tree")
    assert busy <= service + server + 2 * int(model[1]) + decoder
