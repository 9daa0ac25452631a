"""`govor` with simple hearing: `python -m bench.simulated KIND serve …` is `govor serve …` otherwise.

KIND is what tests/tiny/recogniser.py takes: "share:0.01" waits a hundredth of the audio's length and hears
the loudness of each second. Decoding is as simple (tests/tiny/preparing.py), in the real sandbox. The rest,
and above all the processes, is what `govor` starts; so a crowd of workers can run on two cores and be killed.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govor.pipeline import recogniser_pool, work
from govor.recognition import models
from govor.settings import Settings
from tests.tiny import preparing
from tests.tiny.recogniser import LOADER, TinyModel

ROOT = Path(__file__).parent.parent


class SimplePool(recogniser_pool.RecogniserPool):
    """Its processes load the simulated recogniser."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "loader": LOADER})


class SimpleWork(work.Work):
    """Recordings are cut into whole seconds."""

    def __init__(self, *parts: Any, **options: Any) -> None:
        super().__init__(*parts, **{**options, "prepare": preparing.prepare})


def finder_of(kind: str) -> Callable[[Settings], Callable[..., TinyModel]]:
    """Like models.finder: whatever is asked for, the answer is the simulated model."""
    return lambda settings: lambda language, tag="": TinyModel(kind)


def main() -> None:
    """Put the simple parts where app.py takes its own from, before it does; then run the command line."""
    kind = sys.argv.pop(1)
    paths = (str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", ""))  # the tree this file lies in
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    for module, name, part in (
        (recogniser_pool, "RecogniserPool", SimplePool),
        (work, "Work", SimpleWork),
        (models, "finder", finder_of(kind)),
    ):
        assert hasattr(module, name), f"{module.__name__} has no {name} any more"
        setattr(module, name, part)
    from govor import cli

    cli.main(prog_name="govor")


if __name__ == "__main__":
    main()
