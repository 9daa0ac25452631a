"""`govor transcribe --server`, `operations` and `watch` against a real service, killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from govor.cli import main
from govor.client import Client, errors
from govor.commands import journal
from tests.commands.served import ROOT, Served, recording, served

WAIT_SECONDS = 60.0  # for what must happen; it usually takes a few tenths


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service")) as running:
        yield running


def govor(service: Served, *arguments: str | Path) -> Result:
    """A command in this process, with the service and its key in the environment."""
    environment = {"GOVOR_SERVER": service.url, "GOVOR_API_KEY": service.key}
    return CliRunner().invoke(main, [str(each) for each in arguments], env=environment)


def test_a_recording_goes_there_and_its_text_comes_back(service: Served, tmp_path: Path) -> None:
    done = govor(service, "transcribe", recording(tmp_path / "a.wav", [5000, 6000]))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.split() == ["5000", "6000"]


def test_every_format_of_a_folder_is_written_and_nothing_is_made_twice(
    service: Served, tmp_path: Path
) -> None:
    recording(tmp_path / "in" / "a.wav", [5000])
    recording(tmp_path / "in" / "b" / "a.wav", [6000], channels=2)
    command = ("transcribe", tmp_path / "in", "--output", tmp_path / "out", "--json")
    formats = ("--format", "text,json,srt", "--format", "vtt,v3,docx")
    done = govor(service, *command, *formats)
    assert done.exit_code == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["state"], first["audioSeconds"]) == ("done", 1.0)
    suffixes = [".docx", ".json", ".ndjson", ".srt", ".txt", ".vtt"]
    assert sorted(Path(each).suffix for each in second["outputs"]) == suffixes
    lines = (tmp_path / "out" / "b" / "a.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["1: 6000", "2: 6000"]
    document = json.loads((tmp_path / "out" / "a.json").read_text(encoding="utf-8"))
    assert document["chunks"][0]["alternatives"][0]["words"][0]["word"] == "5000"
    again = govor(service, *command, *formats)
    assert [json.loads(line)["state"] for line in again.stdout.splitlines()] == ["skipped", "skipped"]


def test_a_recording_that_fails_is_told_and_the_others_are_done(service: Served, tmp_path: Path) -> None:
    (tmp_path / "letter.ogg").write_text("Dear all, this is not a recording.")
    done = govor(service, "transcribe", tmp_path / "letter.ogg", recording(tmp_path / "a.wav", [7000]))
    assert done.exit_code == 1
    assert done.stdout.split() == ["7000"]
    assert "letter.ogg: Invalid audio received (" in done.stderr
    assert "[2 of 2, 100 %" in done.stderr


def test_a_link_is_transcribed_there_and_deleted_there_if_wanted(service: Served, tmp_path: Path) -> None:
    with Client(service.url, service.key) as client:
        upload = client.upload(recording(tmp_path / "a.wav", [8000]))
        done = govor(service, "transcribe", upload.uri, "--json", "--delete")
        (told,) = map(json.loads, done.stdout.splitlines())
        assert told["files"]["text"].split() == ["8000"]
        with pytest.raises(errors.NotFound):
            client.get(told["operation"])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["transcribe", "nothing-there.ogg"], 2, "does not exist"),
        (["transcribe", "--format", "pdf", "a.ogg"], 2, "is not one of text, json"),
        (["transcribe", "--format", "docx", "a.ogg"], 2, "needs --output"),
        (["transcribe", "s3://bucket/calls/"], 2, "GOVOR_S3_ENDPOINT"),
        (["operations", "get", "e03aaaaaaaaaaaaaaaaa"], 1, "not found"),
        (["operations", "list", "--key", "AQVNwrong"], 4, "UNAUTHORIZED"),
        (["operations", "list", "--server", "http://127.0.0.1:9"], 3, "does not answer"),
        (["transcribe", "https://example.org/a.ogg", "--server", "http://127.0.0.1:9"], 3, "does not answer"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_exit_status(
    service: Served, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    done = govor(service, *arguments)
    assert (done.exit_code, said in done.stderr) == (status, True), done.output


def test_operations_are_listed_shown_cancelled_waited_for_and_deleted(
    service: Served, tmp_path: Path
) -> None:
    with Client(service.url, service.key) as client:
        made = client.submit(client.upload(recording(tmp_path / "планёрка.wav", [5000])), name="Планёрка")
    waited = govor(service, "operations", "wait", made.id)
    assert waited.exit_code == 0, waited.stderr
    assert waited.stdout.split()[:4] == [made.id, "done", "1", "s"]
    listed = govor(service, "operations", "list", "--search", "планёрка", "--json")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == [made.id]
    shown = govor(service, "operations", "get", made.id)
    assert "stage finished" in shown.stdout
    cancelled = govor(service, "operations", "cancel", made.id)  # it has ended: nothing changes
    assert cancelled.stdout.split()[1] == "done"
    assert govor(service, "operations", "delete", made.id).exit_code == 0
    gone = govor(service, "operations", "wait", made.id)
    assert gone.exit_code == 1
    assert made.id in gone.stderr


def command(*arguments: str | Path) -> subprocess.Popen[str]:
    """A real process of `govor`."""
    argv = [sys.executable, "-m", "govor", *map(str, arguments)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def until(what: str, condition: object) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.02)


def noted(state: Path) -> int:
    """How many operations a run has written down."""
    return state.read_text(encoding="utf-8").count('"operation"') if state.exists() else 0


def test_a_killed_run_takes_up_its_operations_and_submits_nothing_twice(tmp_path: Path) -> None:
    """The service is killed in the middle, too, and comes back at the same address."""
    count = 4
    for number in range(count):
        recording(tmp_path / "in" / f"{number}.wav", [5000 + number])
    with served(tmp_path / "data", "slow:0.5") as service:
        arguments: list[str | Path] = ["transcribe", tmp_path / "in", "--output", tmp_path / "out"]
        arguments += service.flags
        first = command(*arguments)
        until("no operation is noted", lambda: noted(tmp_path / "out" / ".govor-state.jsonl") == count)
        first.kill()
        first.communicate()
        service.kill()
        second = command(*arguments)
        time.sleep(0.3)
        service.start()
        out, err = second.communicate(timeout=WAIT_SECONDS)
        if second.returncode == 3:  # it had found nobody at its first look
            second = command(*arguments)
            out, err = second.communicate(timeout=WAIT_SECONDS)
        assert (second.returncode, out) == (0, ""), err
        texts = [(tmp_path / "out" / f"{number}.txt").read_text().strip() for number in range(count)]
        assert texts == ["5000", "5001", "5002", "5003"]
        with Client(service.url, service.key) as client:
            assert len(list(client.operations())) == count
    with journal.opened(tmp_path / "out" / ".govor-state.jsonl"):
        pass  # nobody holds it any more
    assert noted(tmp_path / "out" / ".govor-state.jsonl") == 0


def test_ctrl_c_says_how_to_go_on(service: Served, tmp_path: Path) -> None:
    recording(tmp_path / "long.wav", [11_000] * 300)
    state = tmp_path / "out" / ".govor-state.jsonl"
    running = command("transcribe", tmp_path / "long.wav", "--output", tmp_path / "out", *service.flags)
    until("no operation is noted", lambda: noted(state) == 1 or running.poll() is not None)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=WAIT_SECONDS)
    assert running.returncode in (130, 0), err  # 0: it was quicker than the signal
    assert "the same command goes on from here" in err or (tmp_path / "out" / "long.txt").exists()


def test_a_watch_takes_what_comes_and_ends_when_told_to(service: Served, tmp_path: Path) -> None:
    recording(tmp_path / "in" / "a.wav", [5000])
    watching = command(
        "watch",
        tmp_path / "in",
        "--output",
        tmp_path / "out",
        "--poll",
        "0.1",
        "--settle",
        "0.1",
        *service.flags,
    )
    until("a.wav is not transcribed", (tmp_path / "out" / "a.txt").exists)
    recording(tmp_path / "in" / "later" / "b.wav", [6000])
    until("b.wav is not transcribed", (tmp_path / "out" / "later" / "b.txt").exists)
    watching.send_signal(signal.SIGTERM)
    _, err = watching.communicate(timeout=WAIT_SECONDS)
    assert watching.returncode == 0, err
    assert "1 s of sound" in err
    assert os.listdir(tmp_path / "out" / "later") == ["b.txt"]
