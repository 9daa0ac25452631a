"""Uploads that are too large, in each way to send them."""

from pathlib import Path

from tests.extensions.running import V1, running

UPLOADS = f"{V1}/uploads"


def test_what_is_too_large_is_refused_in_each_way(tmp_path: Path) -> None:
    with running(tmp_path, object_bytes_max=1000) as service:
        alice = service.alice
        answers = [
            alice.post(UPLOADS, content=b"x" * 1001),
            alice.post(UPLOADS, content=iter([b"x" * 600] * 2)),
            alice.post(UPLOADS, files={"file": ("a", b"x" * 2000)}),
            alice.post(UPLOADS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1001"}),
        ]
        allowed = alice.post(UPLOADS, content=b"x" * 1000)
    assert [answer.status_code for answer in answers] == [413] * 4
    assert allowed.status_code == 201
    bucket = tmp_path / "objects" / "govor-upload-b1galice000000000000"
    assert len([path for path in bucket.rglob("*") if path.is_file()]) == 1
