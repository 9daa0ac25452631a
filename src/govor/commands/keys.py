"""`govor keys`: API keys, authorised keys (JWT), static keys (S3)."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govor.commands.options import (
    as_json_option,
    data_dir_option,
    folder_option,
    print_row,
    role_option,
    settings_with,
)
from govor.errors import BadRequest

if TYPE_CHECKING:
    from govor.storage.access_keys import AccessKey
    from govor.storage.authorized_keys import AuthorizedKey
    from govor.storage.identities import Identities


@click.group()
def keys() -> None:
    """Keys of this service's callers."""


@keys.command("create")
@click.option("--name", required=True, help="What the key is for")
@folder_option
@click.option("--account", "account_id", help="An existing service account  [a new one with the key's name]")
@role_option
@click.option("--authorized", is_flag=True, help="A key file that signs JWTs, as SpeechKit's SDKs read it")
@click.option("--s3", is_flag=True, help="A static key for S3 clients: prints its id, then its secret")
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file, not to the terminal")
@data_dir_option
def create(
    name: str,
    folder_id: str | None,
    account_id: str | None,
    held: tuple[str, ...],
    authorized: bool,
    s3: bool,
    output: Path | None,
    data_dir: Path | None,
) -> None:
    """Make a key and print it: the only time it can be seen."""
    from govor import roles

    if authorized and s3:
        raise click.UsageError("--authorized and --s3 exclude each other")
    if account_id and (held or folder_id):
        raise click.UsageError("an existing account has its folder and its roles already")
    with _identities(data_dir) as identities:
        if account_id is None:
            account_id = identities.accounts.create(
                name=name, folder_id=folder_id, held=held or roles.DEFAULT
            ).id
        if authorized:
            text, key_id = _authorized(identities, account_id)
        elif s3:
            text, key_id = _static(identities, account_id, name)
        else:
            secret, record = identities.keys.create(name=name, account_id=account_id)
            text, key_id = f"{secret}\n", record.id
        folder = identities.accounts.get(account_id).folder_id
    if output:
        _write_private(output, text)
    click.echo(f"key {key_id} of account {account_id}, folder {folder}; it is shown only this once", err=True)
    if not output:
        click.echo(text, nl=False)


@keys.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="imported", show_default=True, help="Name of its account, if that is new")
@folder_option
@data_dir_option
def import_key(file: Path, name: str, folder_id: str | None, data_dir: Path | None) -> None:
    """Accept an authorised key file made by Yandex Cloud, so that its client needs no change.

    Only the public key is kept.
    """
    from govor.storage.authorized_keys import read_document

    key = read_document(file.read_text(encoding="utf-8"), now=time.time())
    with _identities(data_dir) as identities:
        account = identities.authorized_keys.adopt(key, name=name, folder_id=folder_id)
    click.echo(f"key {key.id} of account {account.id}, folder {account.folder_id}", err=True)


@keys.command("list")
@as_json_option
@data_dir_option
def list_keys(data_dir: Path | None, as_json: bool) -> None:
    """List keys: id, folder, creation time, state, kind, account, name."""
    with _identities(data_dir) as identities:
        for row in _rows(identities):
            line = f"{row['id']}  {row['folder']}  {row['createdAt']}  {row['state']}"
            print_row(row, f"{line}  {row['kind']}  {row['account']}  {row['name']}", as_json=as_json)


def _rows(identities: "Identities") -> Iterator[dict[str, str]]:
    """Every key of every kind; a key whose account is gone is none."""
    for record in identities.keys.list():
        yield {
            "id": record.id,
            "folder": record.folder_id,
            "createdAt": str(record.created_at),
            "state": "revoked" if record.revoked_at else "active",
            "kind": "api",
            "account": record.account_id,
            "name": record.name,
        }
    accounts = {account.id: account for account in identities.accounts.list()}
    others: list[tuple[AuthorizedKey | AccessKey, str]]
    others = [(key, "authorized") for key in identities.authorized_keys.list()]
    others += [(key, "static") for key in identities.access_keys.list()]
    for key, kind in others:
        if account := accounts.get(key.service_account_id):
            yield {
                "id": key.id,
                "folder": account.folder_id,
                "createdAt": str(key.created_at),
                "state": "active",
                "kind": kind,
                "account": account.id,
                "name": account.name,
            }


@keys.command("revoke")
@click.argument("key_id")
@data_dir_option
def revoke(key_id: str, data_dir: Path | None) -> None:
    """Revoke a key of any kind by its id; it stops working within a second."""
    with _identities(data_dir) as identities:
        if key_id in {key.id for key in identities.authorized_keys.list()}:
            identities.authorized_keys.revoke(key_id)
        elif any(key_id in (key.id, key.key_id) for key in identities.access_keys.list()):
            identities.access_keys.revoke(key_id)
        else:
            identities.keys.revoke(key_id)
    click.echo(f"revoked {key_id}", err=True)


def _identities(data_dir: Path | None) -> "Identities":
    from govor.storage.identities import Identities

    return Identities.open(settings_with(data_dir=data_dir))


def _authorized(identities: "Identities", account_id: str) -> tuple[str, str]:
    from govor.storage.authorized_keys import document

    private, key = identities.authorized_keys.create(service_account_id=account_id)
    return document(private, key), key.id


def _static(identities: "Identities", account_id: str, name: str) -> tuple[str, str]:
    secret, key = identities.access_keys.create(service_account_id=account_id, description=name)
    return f"{key.key_id}\n{secret}\n", key.id


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner only; a file that is there already is left alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadRequest(f"cannot write {path}", error.strerror or "") from error
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
