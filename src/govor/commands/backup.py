"""`govor backup` and `govor restore`: a data directory in one file, and back."""

from datetime import UTC, datetime
from pathlib import Path

import click

from govor.commands.options import data_dir_option, settings_with
from govor.errors import BadSetting
from govor.settings import Settings

MIB = 1 << 20
file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@file_argument
@click.option("--no-objects", is_flag=True, help="Leave out the recordings of the local object store")
@data_dir_option
def backup(file: Path, *, no_objects: bool, data_dir: Path | None) -> None:
    """Write a service's data into FILE; it may run meanwhile.

    Operations with their results, keys, accounts, uploads, the local object store. Not the models: `govor
    models pull` brings them again. FILE holds secrets and can be read by its owner only.
    """
    from govor.storage import backup as backups

    settings = local(settings_with(data_dir=data_dir))
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    size = backups.write(settings.data_path, file, made_at=made_at, objects=not no_objects)
    click.echo(f"{file}: {size / MIB:.1f} MiB", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_dir_option
def restore(file: Path, data_dir: Path | None) -> None:
    """Make a data directory of what `govor backup` wrote into FILE.

    The directory must hold no data yet. A service that starts there goes on with what was unfinished. Do not
    let the old one run, too: both would finish the same operations.
    """
    from govor.storage import backup as backups

    settings = local(settings_with(data_dir=data_dir))
    manifest = backups.restore(file, settings.data_path)
    click.echo(f"{settings.data_path}: as of {manifest.made_at}, made by govor {manifest.version}", err=True)
    if not manifest.objects:
        click.echo("its object store was not backed up: put it back before the start", err=True)


def local(settings: Settings) -> Settings:
    """The same settings if they are those of one machine; raises BadSetting for a fleet's."""
    if settings.database_url:
        raise BadSetting(
            "a fleet's data lie in PostgreSQL and in its bucket",
            "use pg_dump: docs/backup.md has the commands",
        )
    return settings
