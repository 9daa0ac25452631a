"""Containerfile, compose file and manifests name what the code has. No container engine runs here."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from govor import lifetime
from govor.api.health import HealthDoor
from govor.cli import main
from govor.commands import healthcheck
from govor.settings import Settings
from tests.api.live import Live, live
from tests.deploy import manifests

COMPOSE = yaml.safe_load((manifests.ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"].startswith("govor:")}
DEPLOYMENTS = manifests.of_kind("Deployment")
HEALTH_PATHS = {"/health/live", "/health/ready", "/metrics"}
VERSIONS = ["1.27", "1.33"]  # the oldest that a cloud still offers, and a new one
UID = 10001


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    (found,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(found)


def settings_named(names: object) -> set[str]:
    """The settings among these environment variables, checked to exist."""
    ours = {name for name in names if name.startswith("GOVOR_")}  # type: ignore[attr-defined]
    assert {name.removeprefix("GOVOR_").lower() for name in ours} <= set(Settings.model_fields)
    return ours


def accepts(command: list[str]) -> None:
    """The command line knows this command and its flags."""
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0, result.output
    assert all(flag in result.output for flag in command[1:])


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_image_runs_the_service_as_nobody_in_particular() -> None:
    environment = manifests.image_environment()
    assert settings_named(environment) == {
        *("GOVOR_DATA_DIR", "GOVOR_HTTP", "GOVOR_GRPC", "GOVOR_WORKER_HTTP", "GOVOR_LOG_FORMAT")
    }
    assert manifests.image("USER") == [f"{UID}:{UID}"]
    assert manifests.image("VOLUME") == [environment["GOVOR_DATA_DIR"]]
    addresses = [environment[f"GOVOR_{name}"] for name in ("HTTP", "GRPC", "WORKER_HTTP")]
    assert manifests.image("EXPOSE") == [" ".join(str(port_of(address)) for address in addresses)]
    defaults = Settings.model_fields
    assert [port_of(address) for address in addresses] == [
        port_of(defaults[name].default) for name in ("http", "grpc", "worker_http")
    ]
    (entry,), (command,) = manifests.image("ENTRYPOINT"), manifests.image("CMD")
    assert yaml.safe_load(entry) == ["tini", "--", "govor"]
    accepts(yaml.safe_load(command))


def test_image_has_nothing_to_build_with() -> None:
    installed = {
        package
        for run in manifests.image("RUN")
        for line in re.findall(r"apt-get install ([^&]*)", run)
        for package in shlex.split(line)
        if not package.startswith("-")
    }
    assert installed == {"python3", "ca-certificates", "tini"}
    assert manifests.image("COPY") == ["--from=build /opt/govor /opt/govor"]


def test_build_copies_everything_that_the_wheel_is_made_of() -> None:
    ignored = (manifests.ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    wanted = [
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "proto",
        "src",
        "models",
        "scripts",
        "requirements.lock",
    ]
    assert not set(wanted) & set(ignored)
    assert all((manifests.ROOT / each).exists() for each in wanted)


@pytest.mark.parametrize("name", OURS)
def test_service_of_the_compose_file_starts_what_there_is(name: str) -> None:
    service = OURS[name]
    settings_named(service.get("environment", {}))
    command = service.get("command", ["serve"])
    accepts(command)
    inside = {
        port_of(value)
        for key, value in manifests.image_environment().items()
        if "HTTP" in key or "GRPC" in key
    }
    assert {port_of(port) for port in service.get("ports", ())} <= inside
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), "open to all by accident"
    assert service["stop_grace_period"] == "30s"
    assert lifetime.STOP_SECONDS < 30
    if check := service.get("healthcheck"):
        assert check["test"][:3] == ["CMD", "govor", "healthcheck"]
        accepts(check["test"][2:])


def test_compose_file_hangs_together() -> None:
    services = COMPOSE["services"]
    assert {profile for each in services.values() for profile in each["profiles"]} == {"single", "fleet"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        named = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert named <= set(COMPOSE["volumes"])
    text = (manifests.ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    for line in re.findall(r".*(?:PASSWORD|SECRET).*: .*", text):
        assert "${" in line or "$$" in line or line.lstrip().startswith("#"), f"a secret in a file: {line}"


def test_both_halves_of_a_fleet_see_the_same_stores() -> None:
    api, worker = settings_named(OURS["api"]["environment"]), settings_named(OURS["worker"]["environment"])
    assert api == worker >= {"GOVOR_DATABASE_URL", "GOVOR_WORK_URL", "GOVOR_S3_ENDPOINT"}


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_keep_to_kubernetes_schemas(version: str) -> None:
    checked = 0
    for each in manifests.kubernetes():
        if each["apiVersion"].startswith(("keda.sh", "kustomize.")):
            continue  # not Kubernetes' own
        kubernetes_validate.validate(each, version, strict=True)
        checked += 1
    assert checked >= 8


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_pods_start_what_there_is_and_are_asked_what_is_answered(name: str) -> None:
    pod, ours = DEPLOYMENTS[name]["spec"]["template"]["spec"], container(DEPLOYMENTS[name])
    accepts(ours["args"])
    ports = {port["name"]: port["containerPort"] for port in ours["ports"]}
    exposed = {int(port) for port in " ".join(manifests.image("EXPOSE")).split()}
    assert set(ports.values()) <= exposed
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert ours[probe]["httpGet"]["port"] in ports
        assert ours[probe]["httpGet"]["path"] in HEALTH_PATHS
    pause = 5 if "lifecycle" in ours else 0
    assert pod["terminationGracePeriodSeconds"] > lifetime.STOP_SECONDS + pause
    assert pod["securityContext"]["runAsUser"] == UID
    settings_named([each["name"] for each in ours.get("env", ())])
    scrape = DEPLOYMENTS[name]["spec"]["template"]["metadata"]["annotations"]
    assert int(scrape["prometheus.io/port"]) in ports.values()
    assert scrape["prometheus.io/path"] in HEALTH_PATHS


def test_health_paths_are_the_doors_own() -> None:
    door = HealthDoor(readiness=None, operations=None, metrics=None)  # type: ignore[arg-type]
    assert {route.path for route in door.routes()} == HEALTH_PATHS


def test_what_the_pods_are_told_are_settings() -> None:
    told = settings_named(manifests.of_kind("ConfigMap")["govor"]["data"])
    secret = settings_named(manifests.of_kind("Secret")["govor"]["stringData"])
    assert told | secret >= settings_named(OURS["api"]["environment"])
    assert not told & secret


def test_every_deployment_has_a_disruption_budget_and_a_scaler() -> None:
    for name, deployment in DEPLOYMENTS.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert manifests.of_kind("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == labels
        scalers = {**manifests.of_kind("HorizontalPodAutoscaler"), **manifests.of_kind("ScaledObject")}
        assert scalers[name]["spec"]["scaleTargetRef"]["name"] == name
    (service,) = manifests.of_kind("Service").values()
    assert service["spec"]["selector"] == DEPLOYMENTS["govor-api"]["spec"]["template"]["metadata"]["labels"]


def test_workers_are_scaled_by_the_age_of_the_queue() -> None:
    (trigger,) = manifests.of_kind("ScaledObject")["govor-worker"]["spec"]["triggers"]
    assert "govor_queue_oldest_seconds" in trigger["metadata"]["query"]  # test_monitoring knows its labels


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
def test_kustomize_puts_them_together() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", manifests.KUBERNETES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kinds = sorted(each["kind"] for each in yaml.safe_load_all(done.stdout))
    assert kinds.count("Deployment") == 2
    assert "Secret" not in kinds, "the example must not be applied"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Where the settings say a service is, there is one."""
    with live(tmp_path) as service:
        monkeypatch.setenv("GOVOR_HTTP", service.http.removeprefix("http://"))
        yield service


def test_healthcheck_tells_ready_from_not_ready(here: Live) -> None:
    assert CliRunner().invoke(main, ["healthcheck"]).exit_code == 0
    here.operations.not_ready = "the model ru-small is missing"
    result = CliRunner().invoke(main, ["healthcheck"])
    assert result.exit_code == healthcheck.NOT_READY
    assert "the model ru-small is missing" in result.stderr
    assert CliRunner().invoke(main, ["healthcheck", "--live"]).exit_code == 0


@pytest.mark.parametrize(
    ("settings", "worker", "expected"),
    [
        ({}, False, "http://127.0.0.1:8080"),
        ({"http": "0.0.0.0:80"}, False, "http://127.0.0.1:80"),
        ({"http": "[::]:80"}, False, "http://[::1]:80"),
        ({"http": "10.0.0.7:80", "tls_certificate": "x.pem"}, False, "https://10.0.0.7:80"),
        ({"tls_certificate": "x.pem"}, True, "http://127.0.0.1:8081"),
    ],
)
def test_healthcheck_asks_where_the_service_listens(
    settings: dict[str, str], *, worker: bool, expected: str
) -> None:
    assert healthcheck.address(Settings(**settings), worker=worker) == expected  # type: ignore[arg-type]
