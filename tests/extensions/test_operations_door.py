"""Submit, list, look, wait, follow, cancel, delete."""

from typing import Any

import pytest

from tests.extensions.running import PCM, V1, Client, Running, client, sound


def test_a_recording_is_uploaded_submitted_and_read(alice: Client) -> None:
    operation = alice.submitted([5, 6], channels=2, name="Планёрка")
    assert (operation["name"], operation["language"], operation["api"]) == ("Планёрка", "ru-RU", 2)
    done = alice.ended(operation["id"])
    assert (done["state"], done["progress"], done["channels"], done["audioSeconds"]) == ("done", 1, 2, 2)
    assert done["audio"] is True
    assert alice.get(f"/operations/{operation['id']}").json()["done"] is True


def test_without_a_name_an_operation_has_its_files(alice: Client) -> None:
    assert alice.submitted([1], file="звонок 7.pcm")["name"] == "звонок 7.pcm"


def test_what_speechkits_api_accepts_is_listed_here(alice: Client) -> None:
    upload = alice.uploaded([7], name="v2 way.pcm")
    specification = {"languageCode": "ru-RU", "audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 8000}
    body = {"config": {"specification": specification}, "audio": {"uri": upload["uri"]}}
    accepted = alice.post("/speech/stt/v2/longRunningRecognize", json=body).json()
    (found,) = alice.get(f"{V1}/operations", params={"q": accepted["id"]}).json()["operations"]
    assert found["name"] == "v2 way.pcm"
    assert alice.ended(accepted["id"])["state"] == "done"


def test_the_list_is_paged_newest_first_and_stable_while_others_come(alice: Client) -> None:
    made = [alice.submitted([1], name=f"paged {index}")["id"] for index in range(5)]
    seen: list[str] = []
    token: str | None = None
    while True:
        asked = {"q": "PAGED", "pageSize": "2", "pageToken": token or ""}
        page = alice.get(f"{V1}/operations", params=asked).json()
        seen += [each["id"] for each in page["operations"]]
        if (token := page["nextPageToken"]) is None:
            break
        alice.submitted([1], name="paged later")
    assert seen == made[::-1]


def test_the_list_is_filtered_by_state_and_time(alice: Client) -> None:
    done = alice.done([1], name="filtered")
    failed = alice.submitted([14_000], name="filtered")  # this level makes the tiny recogniser fail
    assert alice.ended(failed["id"])["error"]["message"] == "this clip cannot be heard"

    def found(**asked: str) -> set[str]:
        page = alice.get(f"{V1}/operations", params={"q": "filtered", **asked}).json()
        return {each["id"] for each in page["operations"]}

    assert found(state="done") == {done["id"]}
    assert found(state="failed,cancelled") == {failed["id"]}
    assert found(state="queued,running") == set()
    assert found(since=done["createdAt"]) == {done["id"], failed["id"]}
    assert found(until="2020-01-01") == set()
    assert found(since="2020-01-01T00:00:00+03:00") == {done["id"], failed["id"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "sleeping"},
        {"pageSize": "0"},
        {"pageSize": "1e9"},
        {"pageToken": "%%%"},
        {"pageToken": "aGVsbG8="},
        {"since": "yesterday"},
        {"until": "9999999-01-01"},
        {"q": "x" * 201},
    ],
)
def test_a_wrong_parameter_of_the_list_is_refused(alice: Client, asked: dict[str, str]) -> None:
    answer = alice.get(f"{V1}/operations", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, 3), answer.text


def test_operations_of_another_folder_do_not_exist(alice: Client, bob: Client) -> None:
    identity = alice.done([3], name="private")["id"]
    one = f"{V1}/operations/{identity}"
    answers = [
        bob.get(one),
        bob.get(f"{one}/transcript"),
        bob.get(f"{one}/waveform"),
        bob.get(f"{one}/audio"),
        bob.get(f"{one}/events"),
        bob.get(f"{one}/export", params={"format": "txt"}),
        bob.put(f"{one}/speakers", json={"1": "me"}),
        bob.post(f"{one}:cancel"),
        bob.delete(one),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, 5)}
    assert bob.get(f"{V1}/operations", params={"q": "private"}).json()["operations"] == []


def test_everything_wants_a_key_but_the_documents(service: Running) -> None:
    with client(service.base, "") as stranger:
        for path in ("me", "models", "usage", "operations", "webhooks", "uploads/x", "operations/e03"):
            assert stranger.get(f"{V1}/{path}").status_code == 401, path
        assert stranger.post(f"{V1}/uploads", content=b"x").status_code == 401
        assert stranger.post(f"{V1}/transcriptions", json={}).status_code == 401
        assert super(Client, stranger).request("GET", f"{V1}/openapi.json").status_code == 200
        page = super(Client, stranger).request("GET", "/docs")
        assert page.status_code == 200
        assert "createTranscription" in page.text
        assert "<script" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uri": "https://storage.yandexcloud.net/b/k", "uploadId": "x"},
        {"uri": "https://storage.yandexcloud.net/b/k", "colour": "red"},
        {"uri": "https://storage.yandexcloud.net/b/k", "language": "xx-XX"},
        {"uri": "https://storage.yandexcloud.net/b/k", "channels": 9},
        {"uri": "https://storage.yandexcloud.net/b/k", "channels": "2"},
        {"uri": "https://storage.yandexcloud.net/b/k", "model": "best"},
        {"uri": "https://storage.yandexcloud.net/b/k", "hotWords": ["7"]},
        {"uri": "https://storage.yandexcloud.net/b/k", "webhook": {"url": "http://example.org/x"}},
        {"uri": "https://storage.yandexcloud.net/b/k", "webhook": {"url": "https://10.1.2.3/x"}},
        {"uri": "https://storage.yandexcloud.net/b/k", "webhook": {"url": "https://e.org", "secret": "1"}},
        {"uri": "ftp://example.org/a.ogg"},
        [],
        "text",
    ],
)
def test_a_wrong_submission_is_refused(alice: Client, body: Any) -> None:
    answer = alice.post(f"{V1}/transcriptions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3), answer.text


def test_a_repeated_submission_is_the_same_operation(alice: Client) -> None:
    upload = alice.uploaded([1])
    body, headers = {"uploadId": upload["id"], **PCM}, {"Idempotency-Key": "again"}
    first, second = (alice.post(f"{V1}/transcriptions", json=body, headers=headers).json() for _ in range(2))
    assert first["id"] == second["id"]


def test_an_upload_of_another_folder_cannot_be_submitted(alice: Client, bob: Client) -> None:
    upload = alice.uploaded([1])
    assert bob.post(f"{V1}/transcriptions", json={"uploadId": upload["id"], **PCM}).status_code == 404
    assert bob.post(f"{V1}/transcriptions", json={"uri": upload["uri"], **PCM}).status_code == 403


def test_the_format_is_found_out_when_it_is_not_told(alice: Client) -> None:
    upload = alice.uploaded([1], name="noise.bin")
    answer = alice.post(f"{V1}/transcriptions", json={"uploadId": upload["id"]})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid audio received")


def test_deleting_an_operation_deletes_what_was_uploaded_for_it_alone(alice: Client) -> None:
    upload = alice.uploaded([4])
    body = {"uploadId": upload["id"], **PCM}
    first, second = (alice.post(f"{V1}/transcriptions", json=body).json()["id"] for _ in range(2))
    for identity in (first, second):
        alice.ended(identity)
    assert alice.delete(f"{V1}/operations/{first}").status_code == 204
    assert alice.get(f"{V1}/uploads/{upload['id']}").status_code == 200
    assert alice.delete(f"{V1}/operations/{second}").status_code == 204
    assert alice.get(f"{V1}/uploads/{upload['id']}").status_code == 404


def test_an_operation_of_no_sound_is_done_with_nothing(alice: Client) -> None:
    done = alice.done([0])
    answer = alice.get(f"{V1}/operations/{done['id']}/waveform").json()
    assert answer["audioSeconds"] == 1
    assert set(answer["channels"][0]["peaks"]) == {0}
    assert len(sound([0])) == 2 * 8_000
