"""What /metrics shows, for tests to look at."""

import re
from collections.abc import Mapping
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from govor.operations import Operations
from govor.telemetry import Metrics

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
# A row of the page: name, kind, labels, meaning.
ROW = re.compile(r"^\| `(govor_\w+)` \| (\w+) \| ([^|]*)\|", re.MULTILINE)


def families() -> dict[str, str]:
    """Every metric of ours, by the name it has in queries, with its kind."""
    found = {}
    for family in Metrics().registry.collect():
        ending = "_total" if family.type == "counter" else ""
        found[family.name + ending] = family.type
    return found


def samples(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → values of the labels, ordered by their names → number."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


async def of(operations: Operations) -> Mapping[str, Mapping[tuple[str, ...], float]]:
    """What a scrape of these operations shows now."""
    return samples(operations.work.metrics.render(await operations.statistics()))
