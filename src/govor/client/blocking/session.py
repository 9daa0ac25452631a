# Made from govor/client/aio by `python -m scripts.sync_client`; change that and run it again.
"""HTTP with the manners a client should have: one key, time limits, retries, errors of our own.

Rule 1: a request that may be sent twice without harm is sent again while the failure may pass.
Rule 2: a POST is such a request with an idempotency key, or when nobody can have heard it.
Rule 3: whatever httpx raises becomes an error of errors.py; keys stand in no message.
Rule 4: a service that never answered is given up soon; one that did may be restarting.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx

from govor.client.errors import BadAnswer, ClientError, Refused, Unreachable, refusal
from govor.client.pausing import pause
from govor.client.retries import PASSING, Retries

CONNECT_SECONDS = 10.0
SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
IDEMPOTENCY = "Idempotency-Key"
UNHEARD = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
STRANGER_TRIES_MAX = 2  # for who never answered: a wrong address should not take half a minute


class Session:
    """A connection pool to one service."""

    def __init__(
        self,
        server: str,
        key: str | None,
        *,
        agent: str,
        timeout_seconds: float,
        retries: Retries,
        verify: Any,
    ) -> None:
        self.server = server.rstrip("/")
        self.retries = retries
        self._answered = False
        self._http = httpx.Client(
            base_url=self.server,
            headers={"User-Agent": agent} | ({"Authorization": f"Api-Key {key}"} if key else {}),
            verify=verify,
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool | None = None,
    ) -> httpx.Response:
        """One request, sent as often as it takes; the answer is 2xx. Raises Unreachable and Refused.

        `again`: whether sending it twice does harm (False) or not (True); by default rules 1 and 2 say.
        """
        given = dict(headers or {})
        if document is not None:
            content, given["Content-Type"] = json.dumps(document).encode(), "application/json"
        request = self._http.build_request(method, path, params=params, content=content, headers=given)
        if again is None:
            again = method in SAFE or IDEMPOTENCY in request.headers
        for tried in count(1):
            try:
                return self._attempt(request)
            except (Refused, Unreachable) as error:
                if (delay := self._delay(error, tried, again=again)) is None:
                    raise
            pause(delay)
        raise AssertionError("the retries end by themselves")

    def document(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """`send`, and the JSON object that is answered. Raises BadAnswer when it is none."""
        answer = self.send(method, path, **given)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise BadAnswer(f"{self.server} answers, but is not Govor", f"{method} {path}")
        return document

    @contextmanager
    def stream(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """An answer to a GET whose body the caller reads; not sent again."""
        try:
            with self._http.stream("GET", path, params=params, headers=headers) as answer:
                self._answered = True
                if not answer.is_success:
                    raise refusal(answer.status_code, answer.headers, answer.read())
                yield answer
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _attempt(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._http.send(request)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        self._answered = True
        if not answer.is_success:
            raise refusal(answer.status_code, answer.headers, answer.content)
        return answer

    def _delay(self, error: ClientError, tried: int, *, again: bool) -> float | None:
        """Seconds until the next try; None: there is none."""
        asked = None
        if isinstance(error, Refused):
            if not again or error.http_status not in PASSING:
                return None
            asked = error.retry_after_seconds
        else:
            harmless = again or isinstance(error.__cause__, UNHEARD)
            if not harmless or (not self._answered and tried >= STRANGER_TRIES_MAX):
                return None
        return self.retries.delay(tried, random.random(), asked)  # noqa: S311 - chance, not secrecy

    def _unreachable(self, error: httpx.HTTPError) -> Unreachable:
        return Unreachable(f"{self.server} does not answer", f"{type(error).__name__}: {error}".rstrip(": "))
