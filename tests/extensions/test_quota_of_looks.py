"""Looks at operations are counted whichever door they come through."""

from pathlib import Path

from tests.extensions.running import V1, running


def test_looks_count_for_the_quota_and_a_long_one_is_one(tmp_path: Path) -> None:
    with running(tmp_path, quota_checks_per_hour=4) as service:
        operation = service.alice.submitted([1])
        one = f"{V1}/operations/{operation['id']}"
        assert service.alice.get(one, params={"waitSeconds": 60}).status_code == 200
        assert service.alice.get(f"/operations/{operation['id']}").status_code == 200
        assert service.alice.get(f"{one}/events").status_code == 200
        assert service.alice.get(one).status_code == 200
        refused = service.alice.get(one)
        assert (refused.status_code, refused.json()["code"]) == (429, 8)
        assert int(refused.headers["retry-after"]) > 0
        assert service.bob.get(one).status_code == 404
