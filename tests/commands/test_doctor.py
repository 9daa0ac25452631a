"""`govor doctor`: what is well, what is not, and what to do about it; on real files, ports and servers."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from govor import certificates
from govor.cli import main
from govor.commands import checks, service_checks
from govor.commands.findings import Finding, State, of
from govor.errors import StorageFailed
from govor.settings import Settings, unknown_variables
from tests.client.flaky import Answer, flaky

READY = Answer(200, b'{"status": "ready"}')
ME = Answer(200, b'{"subject": "aje1", "folder": "b1g1", "auth": "keys", "roles": ["storage.editor"]}')
NOT_READY = Answer(503, b'{"code": 14, "message": "not ready", "details": []}')


def states(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(finding.name, finding.state.value) for finding in findings]


def settings(tmp_path: Path, **changed: Any) -> Settings:
    return Settings(**{"data_dir": tmp_path, "http": "127.0.0.1:0", "grpc": "127.0.0.1:0", **changed})


@contextmanager
def taken() -> Iterator[str]:
    """An address where a program listens that is not Govor."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_misspelled_setting_is_named_with_the_one_that_was_meant() -> None:
    names = ["GOVOR_RECOGNIZERS", "GOVOR_DATA_DIR", "GOVOR_XYZ", "PATH"]
    assert unknown_variables(names) == {"GOVOR_RECOGNIZERS": "GOVOR_RECOGNISERS", "GOVOR_XYZ": ""}


def test_versions_and_the_machine_are_told() -> None:
    assert states(checks.versions()) == [("versions", "ok")]
    assert [name for name, _ in states(checks.machine())] == ["machine"]


def test_the_data_directory_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    found = list(checks.data(settings(tmp_path / "new", disk_free_bytes_min=0)))
    assert found[0].state is State.OK
    assert list((tmp_path / "new").iterdir()) == []


def test_a_full_disk_is_a_failure_with_what_to_do(tmp_path: Path) -> None:
    _, full = checks.data(settings(tmp_path, disk_free_bytes_min=1 << 60))
    assert (full.state, "GOVOR_DISK_FREE_BYTES_MIN" in full.mend) == (State.FAIL, True)


def test_a_data_directory_that_cannot_be_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (found,) = of("data", lambda: checks.data(settings(tmp_path / "file" / "data")))
    assert (found.state, bool(found.mend)) == (State.FAIL, True)


def test_a_broken_database_is_found(tmp_path: Path) -> None:
    assert states(checks.databases(settings(tmp_path))) == [("database", "ok")]
    with sqlite3.connect(tmp_path / "good.db") as connection:
        connection.execute("CREATE TABLE t (x)")
    (tmp_path / "worse.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5_000)
    assert states(checks.databases(settings(tmp_path))) == [("database", "ok"), ("database", "fail")]


def test_a_database_server_that_is_away_is_found(tmp_path: Path) -> None:
    url = "postgresql://govor@127.0.0.1:9/govor"
    assert states(checks.databases(settings(tmp_path, database_url=url))) == [("database", "fail")]


def test_a_free_port_is_well_and_a_taken_one_is_not(tmp_path: Path) -> None:
    assert states(service_checks.ports(settings(tmp_path))) == [("ports", "ok")] * 2
    with taken() as address:
        first, _ = service_checks.ports(settings(tmp_path, grpc=address, http="127.0.0.1:9"))
        assert first.state is State.OK
        _, second = service_checks.ports(settings(tmp_path, grpc=address, http="127.0.0.1:9"))
    assert (second.state, "GOVOR_GRPC" in second.mend) == (State.FAIL, True)


def test_a_port_that_a_govor_has_is_well(tmp_path: Path) -> None:
    with flaky(Answer(200, b'{"status": "live"}')) as server:
        made = settings(tmp_path, http=server.url.removeprefix("http://"))
        assert states(service_checks.ports(made)) == [("ports", "ok")] * 2


def test_a_service_is_looked_at_from_outside() -> None:
    with flaky(READY, ME) as server:
        assert states(service_checks.service(server.url, "key")) == [
            ("service", "ok"),
            ("clock", "ok"),
            ("key", "ok"),
        ]
    with flaky(NOT_READY, Answer(401)) as server:
        assert states(service_checks.service(server.url, "")) == [
            ("service", "fail"),
            ("clock", "ok"),
            ("key", "fail"),
        ]
    assert states(service_checks.service(server.url, "")) == [("service", "fail")]


@pytest.mark.parametrize(("seconds", "state"), [(1, "ok"), (60, "warn"), (-600, "fail")])
def test_a_clock_that_is_apart_is_found(seconds: int, state: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    assert states(service_checks.clock("there", date)) == [("clock", state)]


def test_object_storage_is_asked(tmp_path: Path) -> None:
    assert states(service_checks.storage(settings(tmp_path))) == [("storage", "ok")]
    with flaky(Answer(403), Answer(403)) as server:
        made = settings(tmp_path, s3_endpoint=server.url)
        assert states(service_checks.storage(made)) == [("storage", "warn"), ("clock", "ok")]
        made = settings(tmp_path, s3_endpoint=server.url, s3_access_key_id="id", s3_secret_access_key="s")
        assert states(service_checks.storage(made)) == [("storage", "ok"), ("clock", "ok")]
    assert states(service_checks.storage(made)) == [("storage", "fail")]


def test_every_store_of_the_credentials_file_is_asked(tmp_path: Path) -> None:
    with flaky(Answer(403)) as first, flaky(Answer(403)) as second:
        file = tmp_path / "s3.toml"
        file.write_text(
            f'[buckets.calls]\nendpoint = "{second.url}"\naccess_key_id = "a"\nsecret_access_key = "b"\n'
        )
        made = settings(tmp_path, s3_endpoint=first.url, s3_credentials=file)
        found = [each for each in service_checks.storage(made) if each.name == "storage"]
    assert [(each.state.value, each.found.split()[0]) for each in found] == [
        ("warn", first.url),
        ("ok", second.url),
    ]


@pytest.mark.parametrize(("years_ago", "state"), [(0, "ok"), (30, "fail")])
def test_a_certificate_is_of_today(tmp_path: Path, years_ago: int, state: str) -> None:
    certificates.write(tmp_path, (), now=datetime.now(UTC) - timedelta(days=365 * years_ago))
    made = settings(tmp_path, tls_certificate=tmp_path / "server.pem", tls_key=tmp_path / "server-key.pem")
    assert states(checks.certificate(made)) == [("tls", state)]
    (tmp_path / "server.pem").write_text("no certificate")
    assert states(checks.certificate(made)) == [("tls", "fail")]
    assert states(checks.certificate(settings(tmp_path))) == []


def test_models_are_read_whole_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "models" / "broken").mkdir(parents=True)
    (tmp_path / "models" / "broken" / "config.json").write_text("{")
    found = list(of("models", lambda: checks.models(settings(tmp_path))))
    assert found[0].state is State.FAIL
    assert "govor models remove broken" in found[0].mend
    assert found[-1].found.startswith("ru-RU is served by")


def test_one_second_goes_through_the_decoder() -> None:
    (found,) = checks.audio()
    assert found.state is State.OK, found
    assert "1 s of WAV" in found.found


def test_an_error_of_ours_is_a_finding() -> None:
    def broken() -> Iterator[Finding]:
        raise StorageFailed("the disk failed", "look at it")
        yield

    (found,) = of("thing", broken)
    assert (found.name, found.state, found.found, found.mend) == (
        "thing",
        State.FAIL,
        "the disk failed",
        "look at it",
    )


def doctor(tmp_path: Path, *arguments: str, **variables: str) -> Result:
    environment = {"GOVOR_HTTP": "127.0.0.1:0", "GOVOR_GRPC": "127.0.0.1:0"} | variables
    command = ["doctor", "--data-dir", str(tmp_path), *arguments]
    return CliRunner().invoke(main, command, env=environment)


def test_the_command_prints_lines_and_fails_when_something_failed(tmp_path: Path) -> None:
    with taken() as address:
        done = doctor(tmp_path, "--json", GOVOR_GRPC=address)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [each["name"] for each in findings if each["state"] == "fail"] == ["ports"]
    assert {each["name"] for each in findings} >= {"versions", "data", "disk", "models", "audio", "database"}


def test_a_setting_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    done = doctor(tmp_path, GOVOR_RECOGNISERS="many")
    assert done.exit_code == 1
    assert "GOVOR_RECOGNISERS" in done.stdout
    assert "→ see docs/settings.md" in done.stdout
