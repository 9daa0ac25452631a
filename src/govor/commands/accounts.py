"""`govor accounts`: service accounts, their folders and roles."""

from pathlib import Path

import click

from govor.commands.options import (
    as_json_option,
    data_dir_option,
    folder_option,
    print_row,
    role_option,
    settings_with,
)


@click.group()
def accounts() -> None:
    """Service accounts: who owns keys, in which folder, with which roles."""


@accounts.command("create")
@click.option("--name", required=True, help="Whose account it is")
@folder_option
@role_option
@data_dir_option
def create(name: str, folder_id: str | None, held: tuple[str, ...], data_dir: Path | None) -> None:
    """Make an account and print its id."""
    from govor import roles
    from govor.storage.accounts import Accounts

    opened = Accounts.open(settings_with(data_dir=data_dir))
    account = opened.create(name=name, folder_id=folder_id, held=held or roles.DEFAULT)
    click.echo(f"account of folder {account.folder_id}: {', '.join(account.roles)}", err=True)
    click.echo(account.id)


@accounts.command("list")
@as_json_option
@data_dir_option
def list_accounts(data_dir: Path | None, as_json: bool) -> None:
    """List accounts: id, folder, roles, name."""
    from govor.storage.accounts import Accounts

    for account in Accounts.open(settings_with(data_dir=data_dir)).list():
        held = list(account.roles)
        fields = {"id": account.id, "folder": account.folder_id, "roles": held, "name": account.name}
        line = f"{account.id}  {account.folder_id}  {','.join(held) or '-'}  {account.name}"
        print_row(fields, line, as_json=as_json)


@accounts.command("grant")
@click.argument("account_id")
@click.argument("held", nargs=-1, required=True, metavar="ROLE...")
@data_dir_option
def grant(account_id: str, held: tuple[str, ...], data_dir: Path | None) -> None:
    """Give an account further roles; they count within a second."""
    from govor.storage.accounts import Accounts

    opened = Accounts.open(settings_with(data_dir=data_dir))
    account = opened.set_roles(account_id, (*opened.get(account_id).roles, *held))
    click.echo(", ".join(account.roles))


@accounts.command("withdraw")
@click.argument("account_id")
@click.argument("held", nargs=-1, required=True, metavar="ROLE...")
@data_dir_option
def withdraw(account_id: str, held: tuple[str, ...], data_dir: Path | None) -> None:
    """Take roles from an account."""
    from govor.storage.accounts import Accounts

    opened = Accounts.open(settings_with(data_dir=data_dir))
    account = opened.set_roles(account_id, set(opened.get(account_id).roles) - set(held))
    click.echo(", ".join(account.roles))


@accounts.command("delete")
@click.argument("account_id")
@data_dir_option
def delete(account_id: str, data_dir: Path | None) -> None:
    """End an account: all its keys and tokens stop working."""
    from govor.storage.accounts import Accounts

    Accounts.open(settings_with(data_dir=data_dir)).delete(account_id)
    click.echo(f"deleted {account_id}", err=True)
