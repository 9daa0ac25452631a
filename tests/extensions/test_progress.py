"""Progress: long polls, events, cancelling; with a recogniser that takes its time."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.extensions.contract import validate
from tests.extensions.running import V1, Client, running


def test_progress_and_waiting_follow_the_parts(tmp_path: Path) -> None:
    with running(tmp_path, "slow:0.02", recognisers=1) as service:
        alice = service.alice
        operation = alice.submitted([1] * 150)  # three parts
        seen, versions = [operation], {operation["version"]}
        while seen[-1]["stage"] != "finished":
            asked = {"waitSeconds": 20, "after": seen[-1]["version"]}
            seen.append(alice.get(f"{V1}/operations/{operation['id']}", params=asked).json())
            versions.add(seen[-1]["version"])
            assert len(seen) < 100
        shares = [each["progress"] for each in seen]
        assert shares == sorted(shares)
        assert len(versions) == len(seen), "a long poll answers when something has changed"
        recognising = [each for each in seen if each["stage"] == "recognising"]
        assert recognising
        assert {each["parts"] for each in recognising} == {3}
        assert any(each["estimatedSecondsLeft"] is not None for each in recognising if each["partsDone"])


def test_events_tell_progress_and_end_with_the_operation(tmp_path: Path) -> None:
    with running(tmp_path, "slow:0.02", recognisers=1) as service:
        alice = service.alice
        operation = alice.submitted([1] * 130)
        events = list(followed(alice, operation["id"]))
        kinds = [kind for kind, _, _ in events]
        assert kinds[-1] == "done"
        assert set(kinds[:-1]) == {"progress"}
        assert events[-1][2]["state"] == "done"
        schema = {"$ref": "#/components/schemas/Operation"}
        for _, version, data in events:
            validate(schema, data)
            assert version == data["version"]
        again = list(followed(alice, operation["id"], **{"Last-Event-ID": events[-1][1]}))
        assert [kind for kind, _, _ in again] == ["done"]


def followed(alice: Client, operation_id: str, **headers: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, id and data of every event until the stream ends."""
    with httpx.stream(
        "GET",
        f"{str(alice.base_url).rstrip('/')}{V1}/operations/{operation_id}/events",
        headers={**alice.headers, **headers},
        timeout=60.0,
        trust_env=False,
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = answer.read().decode()
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields["id"], json.loads(fields["data"])))
    return found


def test_a_cancelled_operation_is_told_and_can_be_deleted(tmp_path: Path) -> None:
    with running(tmp_path, "slow:0.2", recognisers=1) as service:
        alice = service.alice
        first, second = alice.submitted([1] * 100), alice.submitted([1] * 100)
        one = f"{V1}/operations/{first['id']}"
        refused = alice.delete(one)
        assert (refused.status_code, refused.json()["code"]) == (404, 5)
        assert alice.post(f"{one}:cancel").json()["state"] == "cancelled"
        assert alice.get(one).json()["error"]["code"] == 1
        assert alice.delete(one).status_code == 204
        assert alice.get(one).status_code == 404
        other = f"{V1}/operations/{second['id']}"
        assert alice.delete(other, params={"cancel": "true"}).status_code == 204
        assert alice.get(other).status_code == 404
        assert alice.get(f"{V1}/usage", params={"days": 1}).json()["total"]["failures"] == 2
