"""`govor models`: what is installed, what can be brought, and how it comes and goes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govor.commands.options import as_json_option, data_dir_option, print_row, settings_with

if TYPE_CHECKING:
    from govor.hub.install import Progress
    from govor.recognition.catalogue import Entry
    from govor.recognition.models import Model

LINE_EVERY_BYTES = 100_000_000  # without a terminal: a line for each so many bytes of a file
MEGABYTE = 1_000_000


@click.group("models")
def models() -> None:
    """Recognition models of this machine."""


@models.command("list")
@click.option("--available", is_flag=True, help="The catalogue: what `govor models pull` can bring")
@as_json_option
@data_dir_option
def models_list(data_dir: Path | None, available: bool, as_json: bool) -> None:
    """List the installed models: languages, name, folder; or the catalogue."""
    from govor.errors import ModelFailed
    from govor.recognition import catalogue
    from govor.recognition import models as installed

    if available:
        for entry in catalogue.entries().values():
            print_row(asdict(entry), line_of(entry), as_json=as_json)
        return
    for folder in installed.folders(settings_with(data_dir=data_dir)):
        try:
            model = installed.read(folder)
        except ModelFailed as error:
            fields: dict[str, Any] = {"name": folder.name, "damaged": error.detail, "folder": str(folder)}
            print_row(fields, f"{folder.name}  damaged: {error.detail}  {folder}", as_json=as_json)
        else:
            said = model.config.get("quality")
            fields = {"name": model.name, "languages": list(model.languages), "folder": str(folder)}
            line = f"{' '.join(model.languages)}  {model.name}{f'  ({said})' if said else ''}  {folder}"
            print_row(fields | ({"quality": said} if said else {}), line, as_json=as_json)


@models.command("pull")
@click.argument("names", nargs=-1, required=True, metavar="NAME|LANGUAGE…")
@click.option("--int8", is_flag=True, help="The smaller variant, for processors")
@data_dir_option
def models_pull(names: tuple[str, ...], int8: bool, data_dir: Path | None) -> None:
    """Fetch models of the catalogue (or the one recommended for a language) from the hub."""
    from govor.hub import install
    from govor.hub.download import Downloader

    settings = settings_with(data_dir=data_dir)
    wanted = [install.entry_named(name, int8=int8) for name in names]
    with Downloader(free_bytes_min=settings.disk_free_bytes_min) as downloader:
        for entry in wanted:
            click.echo(f"{entry.title}: {entry.megabytes} MB, {entry.licence}, {entry.home}", err=True)
            with progress(entry.name) as report:
                model = install.pull(entry, settings, downloader, report)
            click.echo(f"{' '.join(model.languages)}  {model.name}  {model.folder}")
            click.echo(how_to_use(model), err=True)


@models.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", help="What to call it; a name of the catalogue takes the rest from there")
@click.option("--language", "languages", multiple=True, help="A language it is for; may be repeated")
@data_dir_option
def models_import(folder: Path, name: str | None, languages: tuple[str, ...], data_dir: Path | None) -> None:
    """Copy a model from a folder, for machines without a way to the hub."""
    from govor.hub import install

    settings = settings_with(data_dir=data_dir)
    model = install.import_folder(folder, settings, name=name, languages_said=languages)
    click.echo(f"{' '.join(model.languages)}  {model.name}  {model.folder}")
    click.echo(how_to_use(model), err=True)


@models.command("verify")
@click.argument("names", nargs=-1)
@data_dir_option
@as_json_option
def models_verify(names: tuple[str, ...], data_dir: Path | None, as_json: bool) -> None:
    """Compare the files of models (all, if none is named) with their checksums; exit 1 if one differs."""
    from govor.errors import ModelFailed
    from govor.recognition import models as installed

    settings = settings_with(data_dir=data_dir)
    failed = False
    chosen = [installed.folder_of(name, settings) for name in names] or installed.folders(settings)
    for folder in chosen:
        try:
            model = installed.read(folder)
            installed.verify(model)
        except ModelFailed as error:
            failed = True
            if as_json:
                print_row({"model": folder.name, "asPublished": False}, "", as_json=True)
            click.echo(f"govor: {error.message}: {error.detail}", err=True)
            continue
        for name in sorted(model.files):
            row = {"model": model.name, "file": name, "asPublished": True}
            print_row(row, f"{model.name}/{name}: as published", as_json=as_json)
    if failed:
        sys.exit(1)


@models.command("remove")
@click.argument("name")
@data_dir_option
def models_remove(name: str, data_dir: Path | None) -> None:
    """Delete a pulled or imported model, or what an interrupted pull has left."""
    from govor.hub import install

    freed = install.remove(name, settings_with(data_dir=data_dir))
    click.echo(f"removed {name}: {freed // MEGABYTE} MB", err=True)


def line_of(entry: "Entry") -> str:
    """One model of the catalogue on a line."""
    speed = f"real-time factor {entry.real_time_factor:g}" if entry.real_time_factor else "no speed published"
    size = f"{entry.megabytes} MB  {entry.sample_rate_hz} Hz  {entry.licence}"
    errors = f"word error rate {entry.wer:g} % ({entry.wer_on}; {entry.wer_source})"
    return f"{entry.name}  {' '.join(entry.languages)}  {size}  {errors}  {speed}"


def how_to_use(model: "Model") -> str:
    """What is left to do until a model is used."""
    from govor.recognition import drivers, languages

    needs = drivers.missing_runtime(model.driver)
    install = f"first: {needs}\n" if needs else ""
    if languages.DEFAULT in model.languages:
        return f"{install}use it for Russian: GOVOR_MODEL_RU={model.name}"
    return f"{install}it serves {' '.join(model.languages)} from the next start on"


@contextmanager
def progress(name: str) -> Iterator["Progress"]:
    """A bar for each file on a terminal, a line now and then elsewhere; both on standard error."""
    bars: dict[str, click._termui_impl.ProgressBar[int]] = {}
    said: dict[str, int] = {}

    def draw(path: str, have: int, size: int) -> None:
        if path not in bars:
            finish()
            bars[path] = click.progressbar(length=size or have, label=path, file=sys.stderr)
        bar = bars[path]
        bar.length = max(size, have)
        bar.update(have - bar.pos)

    def finish() -> None:
        for bar in bars.values():
            bar.render_finish()

    def tell(path: str, have: int, size: int) -> None:
        if have == size or have - said.get(path, 0) >= LINE_EVERY_BYTES:
            said[path] = have
            of = f" of {size / MEGABYTE:.1f}" if size else ""
            click.echo(f"{name}/{path}: {have / MEGABYTE:.1f}{of} MB", err=True)

    try:
        yield draw if sys.stderr.isatty() else tell
    finally:
        finish()
