"""The client of a Govor service."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Unpack

from govor import __version__
from govor.client import asking, files
from govor.client.aio import uploading
from govor.client.aio.session import IDEMPOTENCY, AsyncSession
from govor.client.asking import Options
from govor.client.errors import OperationCancelled, OperationFailed, Unavailable, Unreachable, WaitTimeout
from govor.client.events import Event, EventReader
from govor.client.pausing import apause
from govor.client.records import Format, Operation, Page, Recording, State, Transcript, Upload
from govor.client.retries import Retries

V1 = "/govor/v1"
SUBMIT_V2 = "/speech/stt/v2/longRunningRecognize"
DEFAULT_SERVER = "http://127.0.0.1:8080"
CANCELLED = 1  # google.rpc.Code
# One long poll. Proxies cut silent connections after 30 s or more.
POLL_SECONDS = 25.0
TIMEOUT_SECONDS = 60.0  # without a byte: longer than a long poll and two heartbeats of events
READ_BYTES = 1 << 20
Progress = Callable[[Operation], None]


class AsyncClient:
    """A service at one address, with one key. Safe to use from many tasks (threads) at once.

    `verify` is httpx's: an ssl.SSLContext that knows the service's authority, or True.
    Every method raises errors of govor.client.errors and no others.
    """

    def __init__(
        self,
        server: str = DEFAULT_SERVER,
        key: str | None = None,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        retries: Retries | None = None,
        verify: Any = True,
    ) -> None:
        self.session = AsyncSession(
            server,
            key,
            agent=f"govor-client/{__version__}",
            timeout_seconds=timeout_seconds,
            retries=retries or Retries(),
            verify=verify,
        )

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.session.aclose()

    # Recordings in, words out

    async def transcribe(
        self,
        recording: Recording,
        *,
        timeout_seconds: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[Options],
    ) -> Transcript:
        """Upload, submit, wait, read: the transcript of a recording of this machine."""
        upload = await self.upload(recording, name=options.get("name"))
        operation = await self.submit(upload, **options)
        await self.wait(operation.id, timeout_seconds=timeout_seconds, progress=progress)
        return await self.transcript(operation.id)

    async def upload(
        self,
        recording: Recording,
        *,
        name: str | None = None,
        sent: files.Sent = files.nothing,
        resume: str | None = None,
        began: files.Began = files.nothing,
    ) -> Upload:
        """Put a recording into the service's own store: a path, bytes, or an open binary file.

        More than 8 MiB go in pieces and ride out lost connections. `began` is told the path of such an
        upload; given as `resume`, a later call goes on with it, after a restart of the program too.
        """
        with files.opened(recording) as (file, own_name):
            size, called = files.size_of(file), name or own_name
            if size is None:
                return await uploading.stream(self.session, file, called, sent)
            if size <= uploading.WHOLE_BYTES_MAX and resume is None:
                content = await files.aread(file, size)
                return await uploading.whole(self.session, content, called, sent)
            return await uploading.pieces(
                self.session, file, size, called, sent=sent, resume=resume, began=began
            )

    async def get_upload(self, upload_id: str) -> Upload:
        """An upload, complete or not."""
        return Upload.of(await self.session.document("GET", f"{V1}/uploads/{upload_id}"))

    async def delete_upload(self, upload_id: str) -> None:
        """Forget an upload and its bytes."""
        await self.session.send("DELETE", f"{V1}/uploads/{upload_id}")

    async def submit(
        self, recording: str | Upload, *, idempotency_key: str | None = None, **options: Unpack[Options]
    ) -> Operation:
        """Have a link or an upload transcribed; durable when this returns.

        The same `idempotency_key` (by default a new one each time) gives the same operation, however often.
        """
        uri = recording if isinstance(recording, str) else None
        upload_id = recording.id if isinstance(recording, Upload) else None
        return Operation.of(
            await self.session.document(
                "POST",
                f"{V1}/transcriptions",
                document=asking.transcription(uri, upload_id, options),
                headers={IDEMPOTENCY: idempotency_key or str(uuid.uuid4())},
            )
        )

    # Operations

    async def get(self, operation_id: str) -> Operation:
        """An operation as it is now."""
        return Operation.of(await self.session.document("GET", f"{V1}/operations/{operation_id}"))

    async def wait(
        self,
        operation_id: str,
        *,
        timeout_seconds: float | None = None,
        progress: Progress | None = None,
        check: bool = True,
    ) -> Operation:
        """Wait until an operation has ended; `progress` is told of every change.

        Raises WaitTimeout; with `check` also OperationFailed and OperationCancelled.
        """
        end = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        operation = await self.get(operation_id)
        while not operation.ended:
            if progress:
                progress(operation)
            seconds = POLL_SECONDS if end is None else min(POLL_SECONDS, end - time.monotonic())
            if seconds <= 0:
                raise WaitTimeout(f"operation {operation_id} is not done", f"state {operation.state}")
            asked = {"waitSeconds": f"{seconds:.3f}"} | ({"after": operation.version} if progress else {})
            path = f"{V1}/operations/{operation_id}"
            operation = Operation.of(await self.session.document("GET", path, params=asked))
        if progress:
            progress(operation)
        if check:
            raise_failed(operation)
        return operation

    async def follow(self, operation_id: str) -> AsyncIterator[Operation]:
        """Every change of an operation until it has ended, by server-sent events."""
        known, broken = "", 0
        while True:
            broken += 1
            delay = self.session.retries.delay(broken, 1.0)
            try:
                async for event in self._events(operation_id, known):
                    known, broken = event.id, 0
                    operation = Operation.of(json.loads(event.data))
                    yield operation
                    if operation.ended:
                        return
            except (Unreachable, Unavailable):
                if delay is None:
                    raise
            if delay is None:
                raise Unreachable(f"{self.session.server} ends every stream of events at once")
            await apause(delay)

    async def _events(self, operation_id: str, known: str) -> AsyncIterator[Event]:
        """One connection's events, those after `known`."""
        headers = {"Last-Event-ID": known} if known else {}
        reader = EventReader()
        path = f"{V1}/operations/{operation_id}/events"
        async with self.session.stream(path, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if event := reader.feed(line):
                    yield event

    async def page(
        self,
        *,
        states: Sequence[State] = (),
        search: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = 50,
        token: str | None = None,
    ) -> Page:
        """One page of the folder's operations, newest first; `search` looks into names and ids."""
        asked = asking.query(states=states, search=search, since=since, until=until, page_size=page_size)
        params = asked | ({"pageToken": token} if token else {})
        return Page.of(await self.session.document("GET", f"{V1}/operations", params=params))

    async def operations(
        self,
        *,
        states: Sequence[State] = (),
        search: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncIterator[Operation]:
        """All of the folder's operations, newest first, a page at a time."""
        token: str | None = None
        while True:
            page = await self.page(states=states, search=search, since=since, until=until, token=token)
            for operation in page.operations:
                yield operation
            if (token := page.next_token) is None:
                return

    async def cancel(self, operation_id: str) -> Operation:
        """Stop an operation; one that has ended stays as it is."""
        path = f"{V1}/operations/{operation_id}:cancel"
        return Operation.of(await self.session.document("POST", path, again=True))

    async def delete(self, operation_id: str, *, cancel: bool = False) -> None:
        """Forget an operation, its result and its upload; `cancel` it first if it has not ended."""
        params = {"cancel": "true"} if cancel else {}
        await self.session.send("DELETE", f"{V1}/operations/{operation_id}", params=params)

    # Results

    async def transcript(self, operation_id: str, *, alternatives: int = 1) -> Transcript:
        """The words of an operation that is done, with up to so many readings of each utterance."""
        params = {"alternatives": str(alternatives)}
        path = f"{V1}/operations/{operation_id}/transcript"
        return Transcript.of(await self.session.document("GET", path, params=params))

    async def export(self, operation_id: str, format: Format) -> bytes:
        """The transcript as a file: txt, srt, vtt, json (API v2), v3 (its events), docx."""
        path = f"{V1}/operations/{operation_id}/export"
        return (await self.session.send("GET", path, params={"format": format})).content

    async def name_speakers(self, operation_id: str, names: Mapping[str, str]) -> dict[str, str]:
        """Name the speakers of the channels ("1" is the first) in place of all earlier names."""
        path = f"{V1}/operations/{operation_id}/speakers"
        return await self.session.document("PUT", path, document=names)

    async def save_audio(self, operation_id: str, to: Path) -> None:
        """Fetch the recording as it was uploaded."""
        async with self.session.stream(f"{V1}/operations/{operation_id}/audio") as answer:
            file = to.open("wb")
            with file:
                async for piece in answer.aiter_bytes(READ_BYTES):
                    file.write(piece)

    # The service

    async def me(self) -> dict[str, Any]:
        """Who calls: {subject, folder, auth, roles}."""
        return await self.session.document("GET", f"{V1}/me")

    async def status(self) -> dict[str, Any]:
        """How the service is: ready or why not, queues, recognisers, memory, disk, latest errors."""
        return await self.session.document("GET", f"{V1}/status")

    async def models(self) -> list[dict[str, Any]]:
        """Which model serves each language, and the command that brings a better one."""
        return list((await self.session.document("GET", f"{V1}/models"))["models"])

    async def usage(self, days: int = 30) -> dict[str, Any]:
        """Operations, audio seconds and failures of each of the last days, and in total."""
        return await self.session.document("GET", f"{V1}/usage", params={"days": str(days)})

    async def create_webhook(self, url: str, *, secret: str | None = None) -> dict[str, Any]:
        """Have every operation of this key told to `url` when it ends; the answer holds the secret."""
        body = {"url": url} | ({"secret": secret} if secret else {})
        return await self.session.document("POST", f"{V1}/webhooks", document=body)

    async def webhooks(self) -> list[dict[str, Any]]:
        """The webhooks of this key, without their secrets."""
        return list((await self.session.document("GET", f"{V1}/webhooks"))["webhooks"])

    async def delete_webhook(self, webhook_id: str) -> None:
        """Tell it no more."""
        await self.session.send("DELETE", f"{V1}/webhooks/{webhook_id}")

    # SpeechKit's own API v2, for any service that speaks it

    async def long_running_recognize(
        self, uri: str, specification: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Submit as SpeechKit's page says; `specification` is config.specification. The Operation's JSON."""
        body = {"config": {"specification": dict(specification)}, "audio": {"uri": uri}}
        headers = {IDEMPOTENCY: idempotency_key or str(uuid.uuid4())}
        return await self.session.document("POST", SUBMIT_V2, document=body, headers=headers)

    async def operation_document(self, operation_id: str) -> dict[str, Any]:
        """GET /operations/{id} as SpeechKit answers it."""
        return await self.session.document("GET", f"/operations/{operation_id}")


def raise_failed(operation: Operation) -> None:
    """Raise OperationFailed or OperationCancelled for an operation that ended so."""
    if operation.state == "done":
        return
    code, message, detail = CANCELLED, "The operation was cancelled", ""
    if operation.error is not None:
        code, message, detail = operation.error.code, operation.error.message, operation.error.detail
    kind = OperationCancelled if operation.state == "cancelled" else OperationFailed
    raise kind(message, detail, operation_id=operation.id, code=code)
