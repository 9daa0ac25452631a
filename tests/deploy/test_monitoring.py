"""The alert rules and the dashboard ask for metrics and labels that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from govor.settings import Settings
from scripts import dashboard
from tests.telemetry import shown

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
UNIT_TESTS = Path(__file__).parent / "alerts_test.yml"
PROMTOOL = shutil.which("promtool")
ENDINGS = re.compile(r"_(bucket|sum|count)$")
OF_PROMETHEUS = {"instance", "job", "le"}  # labels that are not ours

needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="no promtool here (Debian's package prometheus)")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    """Every PromQL expression, and where it stands."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in dashboard.dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def labels_of(metric: str) -> set[str]:
    """The labels of a metric, as docs/metrics.md has them."""
    page = shown.PAGE.read_text(encoding="utf-8")
    (found,) = [text for name, _, text in shown.ROW.findall(page) if name == metric]
    return {each.strip(" `") for each in found.split(",") if each.strip()}


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_query_asks_for_metrics_that_there_are(where: str, query: str) -> None:
    known = shown.families()
    asked = re.findall(r"\bgovor_\w+", query)
    assert asked or "up{" in query, where
    for name in asked:
        assert name in known or known.get(ENDINGS.sub("", name)) == "histogram", f"{where}: {name}"


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_query_chooses_by_labels_that_its_metrics_have(where: str, query: str) -> None:
    for name, selector in re.findall(r"\b(govor_\w+)\{([^}]*)\}", query):
        asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) - OF_PROMETHEUS
        assert asked <= labels_of(ENDINGS.sub("", name)), f"{where}: {name}"
    metrics = {ENDINGS.sub("", name) for name in re.findall(r"\bgovor_\w+", query)}
    has = set().union(*(labels_of(name) for name in metrics)) | OF_PROMETHEUS
    for labels in re.findall(r"by \(([^)]*)\)", query):
        assert {label.strip() for label in labels.split(",")} <= has, where


def test_dashboard_is_the_one_that_the_script_writes() -> None:
    written = dashboard.FILE.read_text(encoding="utf-8")
    assert written == dashboard.page(), "run: python -m scripts.dashboard"
    panels = json.loads(written)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_panels_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard.dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < dashboard.COLUMNS
        taken |= cells


def test_every_metric_is_on_the_dashboard() -> None:
    text = dashboard.page()
    assert not [name for name in shown.families() if name not in text]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_alert_says_what_to_do_and_names_what_there_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    told = " ".join(rule["annotations"].values())
    assert set(rule["annotations"]) == {"summary", "description"}
    for setting in re.findall(r"GOVOR_(\w+)", told):
        assert setting.lower() in Settings.model_fields
    for document in re.findall(r"docs/[\w./-]+\.md", told):
        assert (ROOT / document).exists(), document


@needs_promtool
def test_rules_are_valid_and_fire_when_they_should(tmp_path: Path) -> None:
    assert PROMTOOL
    subprocess.run([PROMTOOL, "check", "rules", ALERTS], check=True)
    tests = tmp_path / "alerts_test.yml"
    tests.write_text(UNIT_TESTS.read_text(encoding="utf-8").replace("RULES", str(ALERTS)), encoding="utf-8")
    done = subprocess.run([PROMTOOL, "test", "rules", tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
