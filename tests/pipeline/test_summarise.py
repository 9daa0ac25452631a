"""Summaries by a language model: a real HTTP server on this machine that speaks OpenAI's chat completions."""

import json
import threading
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from govor.pipeline import summarise
from govor.records import Extras, Instruction, Summary
from govor.settings import Settings
from tests.api import memory
from tests.servers import http_server

ASKED = Extras(
    instructions=(
        Instruction(text="О чём?"),
        Instruction(text="Тема", json_object=True),
        Instruction(text="Схема", json_schema='{"type":"object"}'),
    ),
    instructed_model="small",
)
TRANSCRIPT = replace(memory.STEREO, extras=ASKED)
NO_NUMBER = b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": "x"}}'


class Model(ThreadingHTTPServer):
    """Answers each instruction with itself and what it was asked; the first `failures` times with 503."""

    def __init__(self, failures: int = 0, status: int = 200, answer: bytes | None = None) -> None:
        super().__init__(http_server.FREE_PORT, Handler)
        self.failures, self.status, self.answer = failures, status, answer
        self.bodies: list[dict[str, Any]] = []
        self.authorizations: set[str] = set()
        self.at_once = self.at_once_most = 0
        self.lock = threading.Lock()


class Handler(http_server.Handler):
    """One request."""

    server: Model

    def do_POST(self) -> None:
        """POST /v1/chat/completions."""
        body = json.loads(self.body())
        with self.server.lock:
            self.server.at_once += 1
            self.server.at_once_most = max(self.server.at_once_most, self.server.at_once)
            self.server.bodies.append(body)
            self.server.authorizations.add(self.headers.get("Authorization", ""))
            fails = self.server.failures > 0
            self.server.failures -= 1
        asked = body["messages"][-1]["content"].splitlines()[0]
        answer = (
            self.server.answer
            or json.dumps(
                {
                    "choices": [{"message": {"role": "assistant", "content": f"ответ: {asked}"}}],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 3},
                }
            ).encode()
        )
        with self.server.lock:
            self.server.at_once -= 1
        status = 503 if fails else 404 if self.path != "/v1/chat/completions" else self.server.status
        self.answer(status, answer)


async def summary(model: Model, **settings: Any) -> Summary:
    with http_server.serving(model) as url:
        made = Settings(data_dir=Path(), **{"summary_url": f"{url}/v1", **settings})
        return await summarise.summarise(TRANSCRIPT, made, wait_seconds=0.001)


async def test_each_instruction_is_answered_in_its_order() -> None:
    model = Model()
    assert await summary(model) == Summary(
        answers=("ответ: О чём?", "ответ: Тема", "ответ: Схема"), input_tokens=30, output_tokens=9
    )
    assert model.at_once_most <= 2
    assert model.authorizations == {""}


async def test_model_sees_the_transcript_with_its_speakers_and_the_format_wanted() -> None:
    model = Model()
    await summary(model)
    by_instruction = {body["messages"][-1]["content"].splitlines()[0]: body for body in model.bodies}
    text = by_instruction["О чём?"]["messages"][-1]["content"]
    assert text == 'О чём?\n\n1: Алло\n2: Да "слушаю"\n1: Нажмите 9'
    assert "response_format" not in by_instruction["О чём?"]
    assert by_instruction["Тема"]["response_format"] == {"type": "json_object"}
    assert by_instruction["Схема"]["response_format"]["json_schema"]["schema"] == {"type": "object"}


async def test_settings_name_the_model_and_its_key() -> None:
    model = Model()
    await summary(model, summary_model="large", summary_api_key="secret")
    assert {body["model"] for body in model.bodies} == {"large"}
    assert model.authorizations == {"Bearer secret"}
    other = Model()
    await summary(other)
    assert {body["model"] for body in other.bodies} == {"small"}


async def test_server_that_comes_back_is_asked_again() -> None:
    model = Model(failures=2)
    assert len((await summary(model)).answers) == 3


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({"failures": 100}, "HTTP 503"),
        ({"status": 401}, "HTTP 401"),
        ({"answer": b"<html>"}, "JSONDecodeError"),
        ({"answer": b"{}"}, "KeyError"),
        ({"answer": b"[]"}, "AttributeError"),
        ({"answer": b'{"choices": []}'}, "IndexError"),
        ({"answer": NO_NUMBER}, "ValueError"),
    ],
)  # fmt: skip
async def test_failure_is_told_and_loses_nothing_else(model: dict[str, Any], reason: str) -> None:
    assert await summary(Model(**model)) == Summary(failure=f"the language model's server failed: {reason}")


async def test_nobody_listening_is_told() -> None:
    made = Settings(data_dir=Path(), summary_url="http://127.0.0.1:9/v1")
    failed = await summarise.summarise(TRANSCRIPT, made, wait_seconds=0.001)
    assert failed.failure == "the language model's server failed: ConnectError"


def test_one_speaker_needs_no_number() -> None:
    assert summarise.written(memory.MONO) == "Добрый день\nВстреча 27 октября"
    assert summarise.written(memory.SILENT) == ""
