"""`govor completion`: what a shell needs to complete our commands and flags."""

from typing import Any

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: govor completion bash > ~/.local/share/bash-completion/completions/govor
    zsh:  govor completion zsh > a folder of $fpath, as _govor
    fish: govor completion fish > ~/.config/fish/completions/govor.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None, "click knows the shells of SHELLS"
    root: Any = context.find_root().command
    click.echo(kind(root, {}, "govor", "_GOVOR_COMPLETE").source(), nl=False)
