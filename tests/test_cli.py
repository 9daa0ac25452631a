"""The command line as a user runs it: real processes, real files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"


def govor(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "govor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_transcribe_prints_text_and_no_progress_without_a_terminal() -> None:
    done = govor("transcribe", SAMPLES / "greeting.ogg")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) > 10
    assert done.stderr == ""


def test_transcribe_tells_channels_apart() -> None:
    lines = govor("transcribe", SAMPLES / "call.ogg").stdout.splitlines()
    assert {line.split(":")[0] for line in lines} == {"1", "2"}


def test_transcribe_writes_a_file_for_each_recording_of_a_folder(tmp_path: Path) -> None:
    done = govor("transcribe", "--format", "json", "--output", tmp_path, SAMPLES)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.json", "greeting.json"]
    for path in tmp_path.iterdir():
        chunks = json.loads(path.read_text(encoding="utf-8"))["chunks"]
        assert all(chunk["alternatives"][0]["words"] for chunk in chunks)


@pytest.mark.parametrize(("format_name", "start"), [("srt", "1\n00:00:0"), ("vtt", "WEBVTT\n\n00:00:0")])
def test_transcribe_writes_subtitles(format_name: str, start: str) -> None:
    assert govor("transcribe", "--format", format_name, SAMPLES / "greeting.ogg").stdout.startswith(start)


def test_a_bad_file_is_reported_and_the_others_are_still_transcribed(tmp_path: Path) -> None:
    bad = tmp_path / "letter.ogg"
    bad.write_text("Dear all, this is not a recording.")
    done = govor("transcribe", bad, SAMPLES / "greeting.ogg")
    assert done.returncode == 1
    assert "letter.ogg" in done.stderr
    assert "found text" in done.stderr
    assert len(done.stdout.split()) > 10


def test_a_language_without_a_model_names_the_command_that_brings_one() -> None:
    done = govor("transcribe", "--language", "de-DE", SAMPLES / "greeting.ogg")
    assert done.returncode == 1
    assert "govor models pull parakeet-tdt-0.6b-v3-int8" in done.stderr


def test_a_key_is_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    made = govor("keys", "create", "--name", "ci", "--data-dir", tmp_path)
    secret = made.stdout.strip()
    assert secret.startswith("AQVN")
    listed = govor("keys", "list", "--data-dir", tmp_path).stdout
    assert "active" in listed
    assert secret not in listed
    assert govor("keys", "revoke", listed.split()[0], "--data-dir", tmp_path).returncode == 0
    assert "revoked" in govor("keys", "list", "--data-dir", tmp_path).stdout


def test_the_installed_model_is_listed_and_whole() -> None:
    assert govor("models", "list").stdout.startswith("ru-RU")
    verified = govor("models", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "as published" in verified.stdout


def test_a_wrong_setting_is_one_clear_line(tmp_path: Path) -> None:
    done = govor("serve", "--data-dir", tmp_path, "--auth", "none", "--http", "0.0.0.0:0")
    assert done.returncode == 1
    assert done.stderr.startswith("govor: ")
    assert "Traceback" not in done.stderr
