"""Recognition while the caller waits, with the tiny recogniser: real processes, simple hearing."""

import os

from govor.immediate import Immediate
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.settings import Settings
from tests.tiny.recogniser import LOADER, TinyModel
from tests.tiny.service import ROOT


def tiny_pool() -> RecogniserPool:
    """Its processes start when they are needed."""
    os.environ["PYTHONPATH"] = str(ROOT)  # they import the tiny recogniser
    return RecogniserPool(size=2, idle_seconds=60, loader=LOADER)


def immediate(settings: Settings, pool: RecogniserPool | None = None) -> Immediate:
    """As app.py builds it, but for the model."""
    return Immediate(settings, pool or tiny_pool(), lambda language, model: TinyModel())
