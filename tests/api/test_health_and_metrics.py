"""For load balancers and dashboards: no key needed, nothing private told."""

from pathlib import Path

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.api import memory
from tests.api.live import TIMEOUT_SECONDS, Live, live, request_for


def metrics(service: Live) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → values of the labels, ordered by their names → number."""
    text = requests.get(f"{service.http}/metrics", timeout=TIMEOUT_SECONDS).text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = (
                sample.value
            )
    return found


def test_live_service_says_so(service: Live) -> None:
    assert requests.get(f"{service.http}/health/live", timeout=TIMEOUT_SECONDS).status_code == 200


def test_service_is_ready_only_when_a_job_would_run(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        assert service.get("/health/ready").status_code == 200
        service.operations.not_ready = "the model ru-small is missing"
        answer = requests.get(f"{service.http}/health/ready", timeout=TIMEOUT_SECONDS)
        assert (answer.status_code, answer.json()["code"]) == (503, 14)
        assert answer.json()["details"][0]["metadata"]["detail"] == "the model ru-small is missing"
        assert answer.headers["retry-after"]
        assert service.get("/health/live").status_code == 200


def test_requests_are_counted_by_method_and_code(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        service.operations.outcomes["s3://bucket/key"] = memory.MONO
        service.finished("s3://bucket/key")
        service.post("{")
        service.get("/no/such/path/with-a-secret")
        service.rpc_operation("Get", "unknown")
        counted = metrics(service)
    submit = "yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize"
    get = "yandex.cloud.operation.OperationService/Get"
    assert counted["govor_requests_total"] == {
        ("200", "rest", submit): 1,
        ("400", "rest", submit): 1,
        ("200", "rest", get): 2,
        ("404", "rest", "unknown"): 1,
        ("NOT_FOUND", "grpc", get): 1,
    }
    assert counted["govor_request_seconds_count"][("rest", submit)] == 2


def test_operations_and_audio_are_shown(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        service.post(request_for("s3://never/done"))
        shown = metrics(service)
    assert shown["govor_operations"] == {("done",): 0, ("running",): 1}
    assert shown["govor_audio_seconds_total"] == {(): memory.SECONDS_OF_AUDIO}


def test_all_names_of_ours_begin_with_govor(service: Live) -> None:
    assert all(name.startswith("govor_") for name in metrics(service))
