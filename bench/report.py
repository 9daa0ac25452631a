"""A table on the terminal and the same numbers in bench/results/NAME.json."""

import json
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One measured figure; `target` is what we hold ourselves to, as text ("≤ 1.5"), or empty."""

    what: str
    value: float
    unit: str
    target: str = ""


def machine() -> str:
    """Processor and core count, for whoever compares figures."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores"


def report(name: str, rows: Iterable[Row]) -> None:
    """Print the rows and keep them."""
    rows = list(rows)
    print(f"\n{name} ({machine()}, load {os.getloadavg()[0]:.1f})")
    for row in rows:
        print(f"  {row.what:<62} {row.value:>10.4g} {row.unit:<12} {row.target}")
    RESULTS.mkdir(exist_ok=True)
    content = {
        "name": name,
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine(),
        "load": os.getloadavg()[0],
        "rows": [asdict(row) for row in rows],
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
