"""`python -m tests.fuzz` (`make fuzz`): every target in turn, ever new bytes, until the time is over."""

import random
import time
import traceback

import click

from tests.fuzz import trying
from tests.fuzz.targets import TARGETS

EXAMPLES = 300  # of one target in a row
SEED_BITS = 32


@click.command()
@click.option("--minutes", default=5.0, help="How long")
@click.option("--seed", default=None, type=int, help="The number that a run began with")
@click.option("--only", default="", help="One target")
def main(minutes: float, seed: int | None, only: str) -> None:
    """Exit status 1 and a file in tests/fuzz/cases for what crashed a reader."""
    number = seed if seed is not None else random.SystemRandom().getrandbits(SEED_BITS)
    names = [only] if only else sorted(TARGETS)
    end, tries = time.monotonic() + minutes * 60, 0
    click.echo(f"seed {number}")
    while time.monotonic() < end:
        for name in names:
            try:
                trying.attempts(TARGETS[name], number, EXAMPLES)
            except trying.Crashed as crash:
                traceback.print_exc()
                raise click.ClickException(f"{name}: kept as {trying.kept(name, crash.data)}") from crash
            tries += EXAMPLES
        number += 1
    click.echo(f"{tries} tries of {len(names)} readers, none crashed")


if __name__ == "__main__":
    main()
