"""Transcripts made by a service: upload, submit, wait, fetch; each step is in the journal before the next.

Rule 1: a killed run leaves an idempotency key, an upload or an operation behind; the next run takes it up.
Rule 2: an operation that failed, was cancelled or has expired is forgotten: the next run submits anew.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from govor.client import AsyncClient, Format, Operation
from govor.client import errors as client
from govor.client.asking import Options
from govor.client.records import Upload
from govor.commands.batch import Progress
from govor.commands.journal import Journal
from govor.commands.outcomes import Made
from govor.commands.sources import Source

EXPORTS: dict[str, Format] = {"text": "txt"}  # where the service has another name
UPLOADED = 0.1  # of the progress of one recording: uploading is quick beside recognising


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerWork:
    """Transcribes with a service."""

    client: AsyncClient
    server: str
    journal: Journal
    options: Options
    formats: Sequence[Format | str]
    delete: bool = False  # forget operations and uploads on the service once they are here

    async def transcribe(self, source: Source, progress: Progress) -> Made:
        """Raises ClientError, OperationFailed."""
        key = self.key(source)
        operation = await self._operation(source, key, progress)
        try:
            operation = await self._waited(operation.id, progress)
        except client.OperationFailed:
            self.journal.forget(key)
            raise
        files = {name: await self._file(operation, name) for name in self.formats}
        return Made(files=files, audio_seconds=operation.audio_seconds or 0.0, operation_id=operation.id)

    async def _file(self, operation: Operation, format_name: str) -> bytes:
        """The transcript in one format; of an operation's JSON only the response, as it is made here."""
        name: Any = EXPORTS.get(format_name, format_name)
        content = await self.client.export(operation.id, name)
        if format_name != "json":
            return content
        response = json.loads(content).get("response", {})
        return f"{json.dumps(response, ensure_ascii=False, indent=1)}\n".encode()

    async def ready(self) -> None:
        """Raises Unreachable, Unauthenticated, BadAnswer."""
        await self.client.me()

    async def delivered(self, source: Source) -> None:
        """Forget it here and, if that is wanted, there."""
        key = self.key(source)
        if self.delete and (operation_id := self.journal.get(key).get("operation")):
            await self.client.delete(operation_id)
        self.journal.forget(key)

    def key(self, source: Source) -> str:
        """What the journal calls this recording with these options on this service."""
        asked = json.dumps([self.server, source.identity, dict(self.options)], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()

    async def _operation(self, source: Source, key: str, progress: Progress) -> Operation:
        """The operation of an earlier run, or a new one."""
        known = self.journal.get(key)
        if operation_id := known.get("operation"):
            try:
                return await self.client.get(operation_id)
            except client.NotFound:
                self.journal.forget(key)
        try:
            return await self._submit(source, key, progress)
        except client.Refused:
            self.journal.forget(key)
            raise

    async def _submit(self, source: Source, key: str, progress: Progress) -> Operation:
        if not self.journal.get(key):
            self.journal.note(key, source=source.shown, idempotency=str(uuid.uuid4()))
        recording = source.uri or await self._uploaded(source, key, progress)
        options = self.options if source.path is None else self.options | {"name": source.path.name}
        idempotency_key = self.journal.get(key)["idempotency"]
        operation = await self.client.submit(recording, idempotency_key=idempotency_key, **options)
        self.journal.note(key, operation=operation.id)
        return operation

    async def _uploaded(self, source: Source, key: str, progress: Progress) -> Upload:
        """The recording in the service's store, put there by an earlier run or by this one."""
        known = self.journal.get(key)
        try:
            if upload_id := known.get("upload"):
                return await self.client.get_upload(upload_id)
            return await self._upload(source, key, known.get("began"), progress)
        except client.NotFound:  # the service has forgotten what the earlier run had sent
            return await self._upload(source, key, None, progress)

    async def _upload(self, source: Source, key: str, resume: str | None, progress: Progress) -> Upload:
        assert source.path is not None
        size = max(1, source.size_bytes)
        upload = await self.client.upload(
            source.path,
            name=source.path.name,
            sent=lambda done: progress(UPLOADED * done / size),
            resume=resume,
            began=lambda path: self.journal.note(key, began=path),
        )
        self.journal.note(key, upload=upload.id)
        return upload

    async def _waited(self, operation_id: str, progress: Progress) -> Operation:
        def tell(operation: Operation) -> None:
            progress(UPLOADED + (1 - UPLOADED) * operation.progress)

        return await self.client.wait(operation_id, progress=tell)
