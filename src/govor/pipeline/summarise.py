"""Summaries: a language model says something about a transcript, over OpenAI's chat completions.

Rule 1: whatever the model's server does, the transcript is not lost: a failure becomes Summary.failure.
Rule 2: at most AT_ONCE instructions are asked at a time, as SpeechKit does; answers keep their order.
Rule 3: neither the transcript nor an answer is logged.
"""

import asyncio
import json
from typing import Any

import httpx
import structlog

from govor.records import Extras, Instruction, Summary, Transcript
from govor.settings import Settings

AT_ONCE = 2
# What comes of a server that is not there, refuses, or answers with anything else than a completion.
FAULTS = (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError, AttributeError)
ATTEMPTS = 3  # a server that restarts is back within seconds
WAIT_SECONDS = 2.0  # before the second attempt, twice as long before the third
ANSWER_BYTES_MAX = 1 << 20  # a summary is pages, not books
SYSTEM = "You are given an instruction and the transcript of a recording. Answer in its language."

log = structlog.get_logger(__name__)


async def summarise(
    transcript: Transcript, settings: Settings, wait_seconds: float = WAIT_SECONDS
) -> Summary:
    """What the model of the settings says to each instruction of the transcript's extras."""
    text, asked = written(transcript), transcript.extras
    headers = {"Authorization": f"Bearer {settings.summary_api_key}"} if settings.summary_api_key else {}
    timeout = httpx.Timeout(settings.summary_timeout_seconds, connect=10.0)
    limit = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(headers=headers, timeout=timeout) as client:

        async def one(instruction: Instruction) -> dict[str, Any]:
            async with limit:
                body = request(text, instruction, asked, settings.summary_model)
                return await answered(client, settings.summary_url, body, wait_seconds)

        answers = await asyncio.gather(*map(one, asked.instructions), return_exceptions=True)
    try:
        return read([whole(answer) for answer in answers])
    except FAULTS as error:
        log.warning("summarising failed", error=type(error).__name__)
        return Summary(failure=f"the language model's server failed: {reason(error)}")


def whole(answer: dict[str, Any] | BaseException) -> dict[str, Any]:
    """The answer, if it is one; else what went wrong is raised."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


async def answered(
    client: httpx.AsyncClient, url: str, body: dict[str, Any], wait_seconds: float
) -> dict[str, Any]:
    """One completion; faults of the server and of the network are tried again."""
    for attempt in range(ATTEMPTS):
        try:
            answer = await client.post(f"{url.rstrip('/')}/chat/completions", json=body)
            if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                answer.raise_for_status()
            break
        except (httpx.TransportError, httpx.HTTPStatusError):
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(wait_seconds * 2**attempt)
    answer.raise_for_status()
    if len(answer.content) > ANSWER_BYTES_MAX:
        raise ValueError("the answer is too long")
    document: dict[str, Any] = answer.json()
    return document


def request(text: str, instruction: Instruction, asked: Extras, model: str) -> dict[str, Any]:
    """The body of one request."""
    body: dict[str, Any] = {
        "model": model or asked.instructed_model,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{instruction.text}\n\n{text}"},
        ],
    }
    if instruction.json_schema:
        schema = {"name": "answer", "schema": json.loads(instruction.json_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif instruction.json_object:
        body["response_format"] = {"type": "json_object"}
    return body


def read(answers: list[dict[str, Any]]) -> Summary:
    """The answers' texts and tokens; LookupError, TypeError or ValueError for what is no completion."""
    usages = [answer.get("usage") or {} for answer in answers]
    return Summary(
        answers=tuple(str(answer["choices"][0]["message"]["content"]) for answer in answers),
        input_tokens=sum(int(usage.get("prompt_tokens", 0)) for usage in usages),
        output_tokens=sum(int(usage.get("completion_tokens", 0)) for usage in usages),
    )


def written(transcript: Transcript) -> str:
    """A line for each utterance; with the speaker in front where there is more than one."""
    several = len({chunk.channel for chunk in transcript.chunks}) > 1
    return "\n".join(
        f"{chunk.channel}: {chunk.text}" if several else chunk.text for chunk in transcript.chunks
    )


def reason(error: Exception) -> str:
    """What went wrong, without the texts of either side."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return type(error).__name__
