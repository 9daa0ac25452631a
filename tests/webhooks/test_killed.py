"""kill -9 between an operation's end and its webhook."""

from dataclasses import replace
from pathlib import Path

from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.webhooks import Webhooks
from tests.extensions.running import running
from tests.tiny.life import Life
from tests.tiny.service import ALICE, record
from tests.webhooks.receiver import receiving


def test_who_was_to_be_told_when_the_service_was_killed_is_told_by_the_next(tmp_path: Path) -> None:
    with receiving() as receiver:
        Webhooks(Database.open(Settings(data_dir=tmp_path))).create(ALICE, receiver.url, "", 0)
        life = Life(tmp_path)
        operation_id = life.submit(replace(record(tmp_path, "a.pcm", [5]), name="killed"))
        life.finished(operation_id)
        life.kill()
        assert not receiver.messages  # that process had nobody who delivers
        with running(tmp_path, webhook_allow="127.0.0.1"):
            (message,) = receiver.wait_for(1)
    assert operation_id.encode() in message.body
    assert b'"name":"killed"' in message.body
