"""The client against a real service with the tiny recogniser; its examples as they stand."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.client import AsyncClient, Client, Operation, errors
from govor.client.aio import uploading as aio_uploading
from govor.client.blocking import uploading
from tests.commands.served import ROOT, Served, recording, served

FAILS = 14_000  # a recording that begins with this level cannot be heard, see tests/tiny/recogniser.py


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service"), "slow:0.05") as running:
        yield running


@pytest.fixture
def client(service: Served) -> Iterator[Client]:
    with Client(service.url, service.key) as made:
        yield made


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Two seconds on two channels."""
    return recording(tmp_path / "звонок.wav", [5000, 6000], channels=2)


def test_a_recording_becomes_a_transcript_and_progress_is_told(client: Client, call: Path) -> None:
    seen: list[Operation] = []
    transcript = client.transcribe(call, language="ru-RU", progress=seen.append)
    assert (transcript.name, transcript.channels, transcript.audio_seconds) == ("звонок.wav", 2, 2.0)
    heard = {(each.channel, word.text) for each in transcript.utterances for word in each.words}
    assert heard == {(1, "5000"), (1, "6000"), (2, "5000"), (2, "6000")}
    assert {word.confidence for each in transcript.utterances for word in each.words} == {0.5}
    assert seen[-1].state == "done"
    assert [each.progress for each in seen] == sorted(each.progress for each in seen)


async def test_the_asynchronous_client_does_the_same(service: Served, call: Path) -> None:
    async with AsyncClient(service.url, service.key) as client:
        transcript = await client.transcribe(call)
        assert transcript.text.splitlines() == ["5000.", "5000.", "6000.", "6000."]
        changes = [each async for each in client.follow(transcript.id)]
        assert [each.state for each in changes] == ["done"]
        found = [each.id async for each in client.operations(search="звонок", states=("done",))]
        assert transcript.id in found


def test_the_same_idempotency_key_is_the_same_operation(client: Client, call: Path) -> None:
    upload = client.upload(call)
    one, two = (client.submit(upload, idempotency_key="twice") for _ in range(2))
    assert one.id == two.id
    assert client.submit(upload).id != one.id


def test_changes_are_followed_to_the_end(client: Client, tmp_path: Path) -> None:
    upload = client.upload(recording(tmp_path / "long.wav", [5000] * 4))
    changes = list(client.follow(client.submit(upload).id))
    assert changes[-1].state == "done"
    assert len({each.version for each in changes}) == len(changes)


def test_a_large_recording_goes_in_pieces(
    client: Client, call: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (uploading, aio_uploading):
        monkeypatch.setattr(module, "WHOLE_BYTES_MAX", 1_000)
        monkeypatch.setattr(module, "PIECE_BYTES", 10_000)
    sent: list[int] = []
    began: list[str] = []
    upload = client.upload(call, sent=sent.append, began=began.append)
    size = call.stat().st_size
    assert (upload.bytes, upload.complete, upload.name) == (size, True, "звонок.wav")
    assert sent == [*range(0, size, 10_000), size]
    resumed = client.upload(call, resume=began[0])  # all is there
    assert resumed.id == upload.id
    client.delete_upload(upload.id)
    with pytest.raises(errors.NotFound):
        client.get_upload(upload.id)


def test_results_are_exported_named_and_deleted(client: Client, call: Path, tmp_path: Path) -> None:
    operation = client.submit(client.upload(call), name="Звонок")
    client.wait(operation.id)
    assert client.name_speakers(operation.id, {"1": "Анна", "2": "Борис"}) == {"1": "Анна", "2": "Борис"}
    assert client.export(operation.id, "txt").decode().startswith("Анна: 5000")
    assert client.transcript(operation.id, alternatives=3).utterances[1].speaker == "Борис"
    client.save_audio(operation.id, tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == call.read_bytes()
    client.delete(operation.id)
    with pytest.raises(errors.NotFound) as caught:
        client.get(operation.id)
    assert caught.value.request_id


def test_what_failed_or_was_cancelled_is_an_error_of_its_own(client: Client, tmp_path: Path) -> None:
    bad = client.submit(client.upload(recording(tmp_path / "bad.wav", [FAILS])))
    with pytest.raises(errors.OperationFailed, match="cannot be heard") as caught:
        client.wait(bad.id)
    assert (caught.value.operation_id, caught.value.code) == (bad.id, 3)
    slow = client.submit(client.upload(recording(tmp_path / "slow.wav", [5000] * 60)))
    with pytest.raises(errors.WaitTimeout):
        client.wait(slow.id, timeout_seconds=0)
    client.cancel(slow.id)
    with pytest.raises(errors.OperationCancelled):
        client.wait(slow.id)
    assert client.wait(slow.id, check=False).state == "cancelled"


def test_the_list_is_read_page_by_page(client: Client, call: Path) -> None:
    upload = client.upload(call)
    made = [client.submit(upload, name=f"страница {number}").id for number in range(3)]
    first = client.page(search="страница", page_size=2)
    assert [each.id for each in first.operations] == made[:0:-1]
    second = client.page(search="страница", page_size=2, token=first.next_token)
    assert [each.id for each in second.operations] == made[:1]


def test_the_service_tells_about_itself(client: Client) -> None:
    assert client.me()["auth"] == "keys"
    assert "ru-RU" in {row["language"] for row in client.models()}
    assert len(client.usage(days=2)["days"]) == 2


def test_webhooks_are_made_listed_and_deleted(client: Client) -> None:
    made = client.create_webhook("https://8.8.8.8/hook")
    assert made["secret"].startswith("whsec_")
    assert [each["id"] for each in client.webhooks()] == [made["id"]]
    client.delete_webhook(made["id"])
    assert client.webhooks() == []


def test_speechkits_own_api_is_spoken_too(client: Client, call: Path) -> None:
    upload = client.upload(call)
    asked = {"languageCode": "ru-RU", "audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 8000}
    made = client.long_running_recognize(upload.uri, asked)
    assert client.wait(made["id"]).state == "done"
    assert client.operation_document(made["id"])["response"]["chunks"]


def example(name: str, *arguments: str | Path) -> str:
    """What an example prints."""
    argv = [sys.executable, ROOT / "examples" / name, *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_a_file_prints_who_says_what(service: Served, call: Path) -> None:
    lines = example("transcribe_a_file.py", service.url, service.key, call).splitlines()
    assert [line.split() for line in lines[:2]] == [["0.00", "1:", "5000."], ["0.00", "2:", "5000."]]


def test_the_example_of_many_files_writes_beside_them(service: Served, call: Path, tmp_path: Path) -> None:
    bad = recording(tmp_path / "bad.wav", [FAILS])
    out = example("many_files.py", service.url, service.key, call, bad)
    assert sorted(out.splitlines()) == sorted(
        [f"{call}: done", f"{bad}: this clip cannot be heard: made by a test"]
    )
    assert call.with_suffix(".srt").read_text(encoding="utf-8").startswith("1\n00:00:00,000")


def test_the_example_that_follows_can_be_run_again(service: Served, client: Client, call: Path) -> None:
    uri = client.upload(call).uri
    first, second = (example("follow_progress.py", service.url, service.key, uri) for _ in range(2))
    assert first.splitlines()[-4:] == ["5000.", "5000.", "6000.", "6000."]
    assert second.splitlines()[0] == "100% finished"
