"""Everybody who may call and what they show: API keys, IAM tokens, authorised keys, static keys."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from govor.records import Caller
from govor.settings import Settings
from govor.storage.access_keys import AccessKeys
from govor.storage.accounts import Accounts
from govor.storage.authorized_keys import AuthorizedKeys
from govor.storage.database import Database
from govor.storage.iam_tokens import PREFIX, IamTokens
from govor.storage.keys import Keys


@dataclass(frozen=True, kw_only=True, slots=True)
class Identities:
    """The tables about callers, over one database."""

    database: Database
    accounts: Accounts
    keys: Keys
    authorized_keys: AuthorizedKeys
    access_keys: AccessKeys
    tokens: IamTokens

    @classmethod
    def open(cls, settings: Settings, *, clock: Callable[[], float] = time.time) -> "Identities":
        """Those of a data directory, or of the fleet's database where one is set; raises StorageFailed."""
        return cls.of(Database.open(settings), clock=clock)

    @classmethod
    def of(cls, database: Database, *, clock: Callable[[], float] = time.time) -> "Identities":
        """Those of a database that others may use, too."""
        return cls(
            database=database,
            accounts=Accounts(database, clock=clock),
            keys=Keys(database, clock=clock),
            authorized_keys=AuthorizedKeys(database, clock=clock),
            access_keys=AccessKeys(database, clock=clock),
            tokens=IamTokens(database, clock=clock),
        )

    def verify(self, secret: str) -> Caller | None:
        """The caller that an API key or an IAM token stands for; None if it stands for nobody.

        Raises Unauthenticated for a token that has expired, StorageFailed if the tables cannot be read.
        """
        return self.tokens.verify(secret) if secret.startswith(PREFIX) else self.keys.verify(secret)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()

    def __enter__(self) -> "Identities":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
