"""What several commands share."""

from pathlib import Path
from typing import Any

import click

from govor.settings import Settings


def settings_with(**flags: Any) -> Settings:
    """Settings from the environment, with the flags that were given on top."""
    return Settings(**{name: value for name, value in flags.items() if value is not None})


data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where Govor keeps its data  [~/.local/share/govor]"
)
role_option = click.option(
    "--role", "held", multiple=True, help="A role, repeatable  [ai.speechkit-stt.user, storage.editor]"
)
folder_option = click.option(
    "--folder", "folder_id", help="Folder whose operations it may see  [the default]"
)
