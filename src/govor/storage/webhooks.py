"""Whom to tell when operations end: webhooks of callers, and what still has to be delivered.

Rule 1: what is to be delivered is written in the transaction that settles the operation: none is lost.
Rule 2: a delivery is taken for a while; whoever took it and died leaves it to the next: told at least once.
Rule 3: its id follows from the operation and the webhook: a receiver that sees it twice knows it.
"""

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from govor.errors import NotFound, TooLarge
from govor.records import Caller
from govor.storage.database import (
    FOLDER_CHARS_MAX,
    ID_CHARS,
    Database,
    insert_if_absent,
    metadata,
    new_id,
)

SECRET_PREFIX = "whsec_"  # noqa: S105 (of the Standard Webhooks specification)
SECRET_BYTES = 32  # the specification wants 24 to 64
HOOKS_OF_A_SUBJECT_MAX = 20  # each operation is told to every one of them
DELIVERIES_SHOWN = 20
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"

webhook = sa.Table(
    "govor_webhook",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("subject_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
sa.Index("govor_webhook_subject", webhook.c.folder_id, webhook.c.subject_id)
delivery = sa.Table(
    "govor_delivery",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # the header webhook-id
    sa.Column("webhook_id", sa.String(ID_CHARS), nullable=False),  # empty: the operation's own
    sa.Column("operation_id", sa.String(ID_CHARS), nullable=False),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("subject_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_ms", sa.BigInteger, nullable=False),  # not before that moment
    sa.Column("last_answer", sa.Text, nullable=False),
)
sa.Index("govor_delivery_due", delivery.c.state, delivery.c.next_ms)
sa.Index("govor_delivery_of", delivery.c.webhook_id, delivery.c.created_ms)
signing = sa.Table(
    "govor_webhook_signing",
    metadata,
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """An operation that has ended, and the webhook of its own, if it has one."""

    operation_id: str
    folder_id: str
    subject_id: str
    url: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An address that is told of every operation of a caller."""

    id: str
    url: str
    created_ms: int
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One operation's end for one address."""

    id: str
    operation_id: str
    folder_id: str
    subject_id: str
    url: str
    created_ms: int
    state: str
    attempts: int
    next_ms: int
    last_answer: str
    secret: str = field(default="", repr=False)


class Webhooks:
    """The tables; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, caller: Caller, url: str, secret: str, now_ms: int) -> Webhook:
        """Tell this address of every operation of the caller; TooLarge when it has too many."""
        made = Webhook(id=new_id("whk"), url=url, created_ms=now_ms, secret=secret or new_secret())
        row = {"folder_id": caller.folder_id, "subject_id": caller.subject_id, **asdict(made)}
        with self._database.begin() as connection:
            asked = sa.select(sa.func.count()).select_from(webhook).where(*theirs(caller))
            if connection.execute(asked).scalar_one() >= HOOKS_OF_A_SUBJECT_MAX:
                raise TooLarge(f"a key has at most {HOOKS_OF_A_SUBJECT_MAX} webhooks", "delete one first")
            connection.execute(sa.insert(webhook).values(row))
        return made

    def of(self, caller: Caller) -> list[Webhook]:
        """The caller's webhooks, oldest first, without their secrets."""
        asked = sa.select(webhook).where(*theirs(caller)).order_by(webhook.c.created_ms, webhook.c.id)
        with self._database.connect() as connection:
            return [
                Webhook(id=row.id, url=row.url, created_ms=row.created_ms)
                for row in connection.execute(asked)
            ]

    def get(self, caller: Caller, webhook_id: str) -> Webhook:
        """One of them; NotFound."""
        for found in self.of(caller):
            if found.id == webhook_id:
                return found
        raise NotFound(f"Webhook {webhook_id[:ID_CHARS]} not found")

    def delete(self, caller: Caller, webhook_id: str) -> None:
        """Tell it no more, what waits included; NotFound."""
        with self._database.begin() as connection:
            gone = sa.delete(webhook).where(*theirs(caller), webhook.c.id == webhook_id)
            if connection.execute(gone).rowcount == 0:
                raise NotFound(f"Webhook {webhook_id[:ID_CHARS]} not found")
            connection.execute(sa.delete(delivery).where(delivery.c.webhook_id == webhook_id))

    def deliveries(self, webhook_id: str) -> list[Delivery]:
        """The last ones of a webhook, newest first."""
        asked = sa.select(delivery).where(delivery.c.webhook_id == webhook_id)
        last = asked.order_by(delivery.c.created_ms.desc(), delivery.c.id).limit(DELIVERIES_SHOWN)
        with self._database.connect() as connection:
            return [delivery_of(row) for row in connection.execute(last)]

    def signing_secret(self, folder_id: str) -> str:
        """What signs for webhooks that operations bring without a secret; made on first use."""
        asked = sa.select(signing.c.secret).where(signing.c.folder_id == folder_id)
        with self._database.begin() as connection:
            if (found := connection.execute(asked).scalar_one_or_none()) is None:
                insert_if_absent(connection, signing, {"folder_id": folder_id, "secret": new_secret()})
                found = connection.execute(asked).scalar_one()
        return str(found)

    def take(self, now_ms: int, for_ms: int, limit: int) -> list[Delivery]:
        """Deliveries that are due, taken for a while: nobody else has them until then."""
        due = sa.select(delivery).where(delivery.c.state == WAITING, delivery.c.next_ms <= now_ms)
        with self._database.connect() as connection:
            rows = connection.execute(due.order_by(delivery.c.next_ms).limit(limit)).all()
        taken = []
        for row in rows:
            mine = (
                sa.update(delivery)
                .where(
                    delivery.c.id == row.id, delivery.c.state == WAITING, delivery.c.next_ms == row.next_ms
                )
                .values(next_ms=now_ms + for_ms)
            )
            with self._database.begin() as connection:
                if connection.execute(mine).rowcount:
                    taken.append(delivery_of(row))
        return taken

    def note(self, delivery_id: str, *, state: str, attempts: int, next_ms: int, answer: str) -> None:
        """Keep what came of an attempt."""
        values = {"state": state, "attempts": attempts, "next_ms": next_ms, "last_answer": answer}
        with self._database.begin() as connection:
            connection.execute(sa.update(delivery).where(delivery.c.id == delivery_id).values(values))

    def forget(self, before_ms: int) -> int:
        """Drop deliveries that have come to an end and are older; returns how many."""
        gone = sa.delete(delivery).where(delivery.c.state != WAITING, delivery.c.created_ms < before_ms)
        with self._database.begin() as connection:
            return connection.execute(gone).rowcount


def expect(connection: sa.Connection, news: News, now_ms: int) -> None:
    """Note everybody who is to be told of an operation's end: its own webhook, and those of its caller."""
    of_caller = sa.select(webhook).where(*theirs(news))
    targets = [(row.id, row.url, row.secret) for row in connection.execute(of_caller)]
    if news.url:
        targets.append(("", news.url, news.secret))
    for webhook_id, url, secret in targets:
        row = {
            "id": delivery_id(news.operation_id, webhook_id),
            "webhook_id": webhook_id,
            "operation_id": news.operation_id,
            "folder_id": news.folder_id,
            "subject_id": news.subject_id,
            "url": url,
            "secret": secret,
            "created_ms": now_ms,
            "state": WAITING,
            "attempts": 0,
            "next_ms": now_ms,
            "last_answer": "",
        }
        # An operation of the same idempotency key may have been told long ago.
        connection.execute(sa.delete(delivery).where(delivery.c.id == row["id"]))
        connection.execute(sa.insert(delivery).values(row))


def delivery_id(operation_id: str, webhook_id: str) -> str:
    """The same for the same two, always."""
    digest = hashlib.sha256(f"{operation_id}:{webhook_id}".encode()).hexdigest()
    return f"msg_{digest[:32]}"


def new_secret() -> str:
    """A secret as the Standard Webhooks specification writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def theirs(who: Caller | News) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition for the webhooks of a caller, or of whoever made an operation."""
    return (webhook.c.folder_id == who.folder_id, webhook.c.subject_id == who.subject_id)


def delivery_of(row: Any) -> Delivery:
    """A Delivery from a row."""
    return Delivery(**{column.name: getattr(row, column.name) for column in fields(Delivery)})
