"""What credentials cost: IAM tokens made and checked, API keys checked. `python -m bench.identities`."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jwt

from bench.report import Row, report
from govor.api import signed_jwt
from govor.settings import Settings
from govor.storage.authorized_keys import document
from govor.storage.identities import Identities

ROUNDS = 1_000
AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"


def per_second(work: Callable[[], object]) -> float:
    """How often `work` can be done in a second, one after the other."""
    started = time.perf_counter()
    for _ in range(ROUNDS):
        work()
    return ROUNDS / (time.perf_counter() - started)


def main() -> None:
    """One core, no network: what remains when everything else is free."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Identities.open(Settings(data_dir=Path(folder), database_url="")) as identities,
    ):
        account = identities.accounts.create(name="bench")
        private, key = identities.authorized_keys.create(service_account_id=account.id)
        fields = json.loads(document(private, key))
        now = int(time.time())
        claims = {"iss": account.id, "aud": AUDIENCE, "iat": now, "exp": now + 3_600}
        proof = jwt.encode(claims, fields["private_key"], algorithm="PS256", headers={"kid": key.id})
        api_key, _ = identities.keys.create(name="bench", account_id=account.id)
        token = identities.tokens.issue(account.id, key.id).text

        def exchange() -> None:
            signer = signed_jwt.signer(proof, identities.authorized_keys.find, [AUDIENCE], time.time())
            identities.tokens.issue(signer.service_account_id, signer.id)

        rows = (
            Row(what="JWT exchanged for an IAM token", value=per_second(exchange), unit="a second"),
            Row(
                what="IAM token checked, database asked",
                value=per_second(lambda: identities.verify(token)),
                unit="a second",
            ),
            Row(
                what="API key checked, database asked",
                value=per_second(lambda: identities.verify(api_key)),
                unit="a second",
            ),
        )
    report("identities", rows)


if __name__ == "__main__":
    main()
