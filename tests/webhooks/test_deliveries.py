"""Deliveries of a real service: signed, once for each webhook, again after failures and after kill -9."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govor.storage.database import Database
from govor.storage.webhooks import News, Webhooks, expect
from govor.webhooks import signature
from govor.webhooks.courier import LEASE_SECONDS, WAITS_SECONDS, Courier
from tests.extensions.contract import validate
from tests.extensions.running import V1, Running, running
from tests.tiny.service import ALICE
from tests.webhooks.receiver import Message, Receiver, receiving

OWN = "whsec_" + "A" * 44


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Webhooks may lead to this machine."""
    with running(tmp_path_factory.mktemp("webhooks"), webhook_allow="127.0.0.1") as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody to tell."""
    with receiving() as made:
        yield made


def told(message: Message, secret: str) -> dict[str, Any]:
    """What a message says; it must be signed with this secret, and be as the document describes it."""
    signature.verify(secret, message.headers, message.body, time.time())
    document: dict[str, Any] = json.loads(message.body)
    validate({"$ref": "#/components/schemas/WebhookEvent"}, document)
    return document


def test_an_operation_tells_its_own_webhook_when_it_can_be_read(service: Running, receiver: Receiver) -> None:
    alice = service.alice
    operation = alice.submitted([1], name="told", webhook={"url": receiver.url, "secret": OWN})
    (message,) = receiver.wait_for(1)
    document = told(message, OWN)
    assert (document["type"], document["data"]["id"]) == ("operation.done", operation["id"])
    assert (document["data"]["name"], document["data"]["audioSeconds"]) == ("told", 1)
    assert alice.get(f"{V1}/operations/{operation['id']}").json()["state"] == "done"


def test_failures_and_cancellations_are_told_too_with_the_folders_secret(
    service: Running, receiver: Receiver
) -> None:
    alice = service.alice
    secret = alice.get(f"{V1}/webhooks").json()["signingSecret"]
    failed = alice.submitted([14_000], webhook={"url": receiver.url})
    document = told(receiver.wait_for(1)[0], secret)
    assert (document["type"], document["data"]["id"]) == ("operation.failed", failed["id"])
    assert document["data"]["error"]["message"] == "this clip cannot be heard"
    queued = alice.submitted([1] * 200, webhook={"url": receiver.url})
    alice.post(f"{V1}/operations/{queued['id']}:cancel")
    last = told(receiver.wait_for(2)[1], secret)
    assert last["type"] in ("operation.cancelled", "operation.done")  # it may have been quick
    assert service.bob.get(f"{V1}/webhooks").json()["signingSecret"] != secret


def test_a_webhook_of_a_key_is_told_of_each_operation_of_that_key(
    service: Running, receiver: Receiver
) -> None:
    alice = service.alice
    made = alice.post(f"{V1}/webhooks", json={"url": receiver.url})
    assert made.status_code == 201
    hook = made.json()
    listed = alice.get(f"{V1}/webhooks").json()["webhooks"]
    assert [each["id"] for each in listed] == [hook["id"]]
    assert "secret" not in listed[0]
    service.bob.done([1])
    operation = alice.done([2])
    document = told(receiver.wait_for(1)[0], hook["secret"])
    assert document["data"]["id"] == operation["id"]
    for _ in range(500):
        (delivery,) = alice.get(f"{V1}/webhooks/{hook['id']}").json()["deliveries"]
        if delivery["state"] == "delivered":
            break
        time.sleep(0.02)
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
    assert (delivery["operationId"], delivery["lastAnswer"]) == (operation["id"], "HTTP 200")
    one = f"{V1}/webhooks/{hook['id']}"
    assert service.bob.get(one).status_code == service.bob.delete(one).status_code == 404
    assert alice.delete(one).status_code == 204
    assert alice.delete(one).status_code == 404


def test_a_key_has_a_bounded_number_of_webhooks(service: Running) -> None:
    bob, places = service.bob, []
    for index in range(20):
        places.append(
            bob.post(f"{V1}/webhooks", json={"url": f"https://example.org/{index}"}).headers["location"]
        )
    assert bob.post(f"{V1}/webhooks", json={"url": "https://example.org/more"}).status_code == 400
    for place in places:
        assert bob.delete(place).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 7},
        {"url": "http://example.org"},
        {"url": "https://10.0.0.1"},
        {"url": "https://e.org", "a": 1},
    ],
)
def test_a_wrong_webhook_is_refused(service: Running, body: Any) -> None:
    answer = service.alice.post(f"{V1}/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_speechkits_own_requests_may_name_a_webhook(service: Running, receiver: Receiver) -> None:
    alice = service.alice
    upload = alice.uploaded([1])
    specification = {"languageCode": "ru-RU", "audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 8000}
    body = {"config": {"specification": specification}, "audio": {"uri": upload["uri"]}}
    headers = {"x-govor-webhook": receiver.url, "x-govor-name": "%D0%97%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA 5"}
    accepted = alice.post("/speech/stt/v2/longRunningRecognize", json=body, headers=headers).json()
    document = told(receiver.wait_for(1)[0], alice.get(f"{V1}/webhooks").json()["signingSecret"])
    assert (document["data"]["id"], document["data"]["name"]) == (accepted["id"], "Звонок 5")
    inside = {"x-govor-webhook": "https://192.168.0.1/"}
    refused = alice.post("/speech/stt/v2/longRunningRecognize", json=body, headers=inside)
    assert refused.status_code == 400
    third = alice.post(
        "/stt/v3/recognizeFileAsync",
        json={
            "uri": upload["uri"],
            "recognitionModel": {
                "audioFormat": {"rawAudio": {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 8000}}
            },
        },
        headers=headers,
    ).json()
    assert (
        told(receiver.wait_for(2)[1], alice.get(f"{V1}/webhooks").json()["signingSecret"])["data"]["id"]
        == third["id"]
    )


def courier(service: Running, database: Database, clock: list[float]) -> Courier:
    """One of its own, with deliveries and a clock of its own."""
    extensions = service.extensions
    return Courier(
        Webhooks(database), extensions.overview, extensions.sender, extensions.told, clock=lambda: clock[0]
    )


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Deliveries that nobody else takes."""
    return Database(f"sqlite:///{tmp_path / 'deliveries.db'}")


def noted(database: Database, operation_id: str, url: str) -> None:
    """Write a delivery down, as of moment 0."""
    news = News(operation_id=operation_id, folder_id=ALICE.folder_id, subject_id="aje", url=url, secret=OWN)
    with database.begin() as connection:
        expect(connection, news, 0)


async def test_what_is_not_answered_is_tried_again_later_and_later(
    service: Running, receiver: Receiver, database: Database
) -> None:
    operation = service.alice.done([1])
    noted(database, operation["id"], receiver.url)
    clock = [0.0]
    delivering = courier(service, database, clock)
    receiver.statuses = [500] * len(WAITS_SECONDS)
    for attempt, wait_seconds in enumerate(WAITS_SECONDS, 1):
        await delivering.round()
        assert len(receiver.messages) == attempt
        clock[0] += wait_seconds * 0.89
        await delivering.round()
        assert len(receiver.messages) == attempt, "too early"
        clock[0] += wait_seconds * 0.22 + 1
    await delivering.round()
    assert len(receiver.messages) == len(WAITS_SECONDS) + 1
    assert len({message.headers[signature.ID] for message in receiver.messages}) == 1
    clock[0] += 10 * WAITS_SECONDS[-1]
    await delivering.round()
    assert len(receiver.messages) == len(WAITS_SECONDS) + 1, "it was delivered"


@pytest.mark.parametrize(("statuses", "attempts"), [([410], 1), ([500] * 20, len(WAITS_SECONDS) + 1)])
async def test_some_day_it_is_given_up(
    service: Running, receiver: Receiver, database: Database, statuses: list[int], attempts: int
) -> None:
    operation = service.alice.done([1])
    noted(database, operation["id"], receiver.url)
    clock = [0.0]
    delivering = courier(service, database, clock)
    receiver.statuses = statuses
    for _ in range(len(WAITS_SECONDS) + 3):
        await delivering.round()
        clock[0] += 2 * WAITS_SECONDS[-1]
    assert len(receiver.messages) == attempts


async def test_what_a_dead_courier_had_taken_is_delivered_by_the_next(
    service: Running, receiver: Receiver, database: Database
) -> None:
    operation = service.alice.done([1])
    noted(database, operation["id"], receiver.url)
    lease_ms = int(LEASE_SECONDS * 1000)
    assert len(Webhooks(database).take(0, lease_ms, 10)) == 1  # and dies
    clock = [LEASE_SECONDS - 1]
    delivering = courier(service, database, clock)
    await delivering.round()
    assert not receiver.messages
    clock[0] = LEASE_SECONDS
    await delivering.round()
    assert len(receiver.messages) == 1


async def test_nobody_is_told_of_what_is_gone(
    service: Running, receiver: Receiver, database: Database
) -> None:
    noted(database, "e0300000000000000000", receiver.url)
    clock = [0.0]
    delivering = courier(service, database, clock)
    await delivering.round()
    clock[0] = 1e6
    await delivering.round()
    assert not receiver.messages
