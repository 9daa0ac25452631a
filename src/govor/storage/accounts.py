"""Service accounts: who owns keys, tokens and operations. Each belongs to one folder and has roles there."""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from govor import roles
from govor.errors import BadRequest
from govor.records import Caller
from govor.settings import Settings
from govor.storage.database import FOLDER_CHARS_MAX, ID_CHARS, Database, metadata, new_id

NAME_CHARS_MAX = 256  # a label for people, not a document
FOLDER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")  # SpeechKit's own have 20; its limit on ids is 50

service_account = sa.Table(
    "govor_service_account",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("name", sa.String(NAME_CHARS_MAX), nullable=False),
    sa.Column("roles", sa.Text, nullable=False),  # names with spaces between them
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("deleted_at", sa.BigInteger),
)
default_folder = sa.Table(
    "govor_default_folder",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
)

CALLER_COLUMNS = [service_account.c[name] for name in ("id", "folder_id", "roles")]  # what caller_of reads


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A service account. Times are whole seconds since the epoch."""

    id: str  # aje…: what its operations name in `createdBy`
    folder_id: str
    name: str
    roles: tuple[str, ...]
    created_at: int

    @property
    def caller(self) -> Caller:
        """As the one who asks."""
        return Caller(subject_id=self.id, folder_id=self.folder_id, roles=frozenset(self.roles))


def caller_of(row: Any) -> Caller:
    """Who asks, from a row with an account's id, folder_id and roles as the table has them."""
    return Caller(subject_id=row.id, folder_id=row.folder_id, roles=frozenset(row.roles.split()))


def working(query: sa.Select[Any], key: sa.Table, owner: sa.Column[str]) -> sa.Select[Any]:
    """Of a query of a table of keys: those not revoked, joined with their accounts that are not deleted.

    `owner` is the column that holds the id of the account.
    """
    alive = service_account.c.deleted_at.is_(None)
    joined = query.join(service_account, service_account.c.id == owner)
    return joined.where(key.c.revoked_at.is_(None), alive)


class Accounts:
    """The table of service accounts; deleted ones are in none of its answers."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings) -> "Accounts":
        """Those of a data directory, or of the fleet's database where one is set."""
        return cls(Database.open(settings))

    def create(
        self,
        *,
        name: str,
        folder_id: str | None = None,
        held: Iterable[str] = roles.DEFAULT,
        account_id: str | None = None,
    ) -> Account:
        """Make an account in a folder (the default one if none is named). Raises BadRequest.

        `account_id` is for one that comes from elsewhere and keeps its id.
        """
        if not 0 < len(name) <= NAME_CHARS_MAX:
            raise BadRequest(f"a name has 1 to {NAME_CHARS_MAX} characters")
        folder_id = folder_id or self.default_folder()
        if not FOLDER_ID.fullmatch(folder_id):
            raise BadRequest("a folder ID has 1 to 50 characters: lower-case letters, digits, - and _")
        account = Account(
            id=account_id or new_id("aje"),
            folder_id=folder_id,
            name=name,
            roles=roles.checked(held),
            created_at=int(self._clock()),
        )
        row = {column.name: getattr(account, column.name, None) for column in service_account.c}
        with self._database.begin() as connection:
            connection.execute(sa.insert(service_account).values(row | {"roles": " ".join(account.roles)}))
        return account

    def find(self, account_id: str) -> Account | None:
        """The account with this id; None if there is none."""
        found = self._select(service_account.c.id == account_id)
        return found[0] if found else None

    def get(self, account_id: str) -> Account:
        """The account with this id; raises BadRequest if there is none."""
        if (account := self.find(account_id)) is None:
            raise BadRequest(
                f"no service account has the id {account_id}", "`govor accounts list` shows them"
            )
        return account

    def set_roles(self, account_id: str, held: Iterable[str]) -> Account:
        """Give an account exactly these roles. Raises BadRequest."""
        names = roles.checked(held)
        self._change(account_id, {"roles": " ".join(names)})
        return self.get(account_id)

    def delete(self, account_id: str) -> None:
        """End an account: all its keys and tokens stop working. Raises BadRequest for an unknown id."""
        self._change(account_id, {"deleted_at": int(self._clock())})

    def default_folder(self) -> str:
        """The folder of accounts made without one; chosen at random on first use, then always the same."""
        return self._database.settle(default_folder, default_folder.c.folder_id, new_id("b1g"))

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    def list(self) -> list[Account]:
        """Every account, oldest first."""
        return list(self._select(sa.true()))

    def _select(self, condition: sa.ColumnElement[bool]) -> Sequence[Account]:
        columns = [column for column in service_account.c if column.name != "deleted_at"]
        query = sa.select(*columns).where(condition, service_account.c.deleted_at.is_(None))
        query = query.order_by(service_account.c.created_at, service_account.c.id)
        with self._database.connect() as connection:
            rows = connection.execute(query).all()
        return [Account(**row._asdict() | {"roles": tuple(row.roles.split())}) for row in rows]

    def _change(self, account_id: str, values: dict[str, object]) -> None:
        self.get(account_id)
        change = sa.update(service_account).where(service_account.c.id == account_id).values(values)
        with self._database.begin() as connection:
            connection.execute(change)
