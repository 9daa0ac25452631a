"""`python -m scripts.dashboard`: write deploy/grafana/govor.json, the dashboard, from the table below.

Grafana's own file is a thousand lines of coordinates; this is what is in it. Import it in Grafana under
Dashboards, New, Import; it asks for the Prometheus that scrapes govor.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "deploy" / "grafana" / "govor.json"
COLUMNS, HEIGHT = 24, 8  # Grafana's grid
SOURCE = {"type": "prometheus", "uid": "${source}"}
HERE = 'instance=~"$instance"'
WINDOW = "[$__rate_interval]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One picture: queries with their legends."""

    title: str
    queries: dict[str, str]  # legend → PromQL
    unit: str = "short"  # one of Grafana's
    kind: str = "timeseries"
    width: int = 8
    told: str = ""  # shown behind the (i)


def quantiles(metric: str, by: str, *levels: float) -> dict[str, str]:
    """Quantiles of a histogram, apart by a label."""
    rate = f"sum by (le, {by}) (rate({metric}_bucket{{{HERE}}}{WINDOW}))"
    return {f"{{{{{by}}}}}, {level:.0%} within": f"histogram_quantile({level}, {rate})" for level in levels}


def rate(metric: str, by: str) -> str:
    """How often a second, apart by labels."""
    return f"sum by ({by}) (rate({metric}{{{HERE}}}{WINDOW}))"


ROWS: dict[str, tuple[Panel, ...]] = {
    "Now": (
        Panel(title="Ready", queries={"{{instance}}": f"govor_ready{{{HERE}}}"}, kind="stat", width=4),
        Panel(
            title="Oldest in the queue",
            queries={"{{class}}": "max by (class) (govor_queue_oldest_seconds)"},
            unit="s",
            kind="stat",
            width=5,
        ),
        Panel(
            title="In the queue",
            queries={"{{queue}} {{class}}": "max by (queue, class) (govor_queue_depth)"},
            kind="stat",
            width=5,
        ),
        Panel(
            title="Audio an hour",
            queries={"": f"3600 * sum(rate(govor_audio_seconds_total{{{HERE}}}{WINDOW}))"},
            unit="s",
            kind="stat",
            width=5,
        ),
        Panel(
            title="Recognisers busy",
            queries={
                "": f'sum(govor_recognisers{{state="busy", {HERE}}}) / sum(govor_recognisers{{{HERE}}})'
            },
            unit="percentunit",
            kind="stat",
            width=5,
        ),
    ),
    "Work": (
        Panel(
            title="Queue: age of the oldest",
            queries={"{{queue}} {{class}}": "max by (queue, class) (govor_queue_oldest_seconds)"},
            unit="s",
            told="Each process reads it from the common database, hence the max.",
        ),
        Panel(
            title="Queue: depth",
            queries={
                "{{queue}} {{class}}": "max by (queue, class) (govor_queue_depth)",
                "no worker of version {{version}}": "max by (version) (govor_operations_stranded)",
            },
        ),
        Panel(title="Operations kept", queries={"{{state}}": "max by (state) (govor_operations)"}),
        Panel(
            title="Operations ended", queries={"{{outcome}}": rate("govor_operations_ended_total", "outcome")}
        ),
        Panel(
            title="From submission to the end",
            queries=quantiles("govor_operation_seconds", "class", 0.5, 0.9, 0.99),
            unit="s",
        ),
        Panel(
            title="Why operations fail",
            queries={"{{error}} {{code}}": rate("govor_operation_failures_total", "error, code")},
        ),
        Panel(title="Steps", queries=quantiles("govor_stage_seconds", "stage", 0.5, 0.9), unit="s", width=12),
        Panel(
            title="Time of recognisers for a second of audio",
            queries={
                "{{instance}}": f"{rate('govor_recogniser_busy_seconds_total', 'instance')} / "
                + rate("govor_audio_seconds_total", "instance"),
                "{{instance}}, 90% of speech within": "histogram_quantile(0.9, "
                f"sum by (le, instance) (rate(govor_real_time_factor_bucket{{{HERE}}}{WINDOW})))",
            },
            width=12,
            told="The real-time factor; the first counts silence as audio, which takes no time.",
        ),
    ),
    "Requests": (
        Panel(title="Requests", queries={"{{door}} {{code}}": rate("govor_requests_total", "door, code")}),
        Panel(title="Time to answer", queries=quantiles("govor_request_seconds", "method", 0.99), unit="s"),
        Panel(
            title="Callers on the line",
            queries={
                "streams": f"sum(govor_streams_open{{{HERE}}})",
                "short recordings": f"sum(govor_short_recordings_open{{{HERE}}})",
            },
        ),
    ),
    "Machines": (
        Panel(title="Recognisers", queries={"{{state}}": f"sum by (state) (govor_recognisers{{{HERE}}})"}),
        Panel(
            title="Recognisers: starts and crashes",
            queries={
                "{{instance}} starts": f"increase(govor_recogniser_starts_total{{{HERE}}}{WINDOW})",
                "{{instance}} crashes": f"increase(govor_recogniser_crashes_total{{{HERE}}}{WINDOW})",
            },
        ),
        Panel(
            title="Speech without a recogniser", queries={"{{instance}}": f"govor_clips_waiting{{{HERE}}}"}
        ),
        Panel(
            title="Memory",
            queries={"{{instance}} {{process}}": f"govor_memory_bytes{{{HERE}}}"},
            unit="bytes",
        ),
        Panel(title="Processes", queries={"{{instance}} {{process}}": f"govor_processes{{{HERE}}}"}),
        Panel(title="Disk free", queries={"{{instance}}": f"govor_disk_free_bytes{{{HERE}}}"}, unit="bytes"),
        Panel(
            title="Versions",
            queries={"{{version}}": "count by (version) (govor_build)"},
            told="Two of them while a new version is rolled out.",
        ),
    ),
}


def dashboard() -> dict[str, Any]:
    """Grafana's document."""
    panels: list[dict[str, Any]] = []
    y = 0
    for row, row_panels in ROWS.items():
        place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
        panels.append({"type": "row", "title": row, "id": len(panels) + 1, "gridPos": place})
        x, y = 0, y + 1
        for panel in row_panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + HEIGHT
            panels.append(drawn(panel, len(panels) + 1, x, y))
            x += panel.width
        y += HEIGHT
    return {
        "title": "Govor",
        "uid": "govor",
        "tags": ["speech"],
        "editable": True,
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": variables()},
        "panels": panels,
    }


def drawn(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    """One panel in its place."""
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.told,
        "id": number,
        "gridPos": {"x": x, "y": y, "w": panel.width, "h": HEIGHT},
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }


def variables() -> list[dict[str, Any]]:
    """Which Prometheus, and which processes."""
    instances = "label_values(govor_build, instance)"
    return [
        {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "instance",
            "label": "Process",
            "type": "query",
            "datasource": SOURCE,
            "query": {"query": instances, "refId": "instances"},
            "definition": instances,
            "refresh": 2,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
        },
    ]


def page() -> str:
    """The file."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
