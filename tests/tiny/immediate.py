"""Recognition while the caller waits, with the tiny recogniser: real processes, simple hearing."""

import os

from govor.immediate import Immediate
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.settings import Settings
from tests.tiny.recogniser import LOADER, TinyModel
from tests.tiny.service import ROOT


def immediate(settings: Settings, kind: str = "") -> Immediate:
    """As app.py builds it, but for the model; its processes start when they are needed."""
    os.environ["PYTHONPATH"] = str(ROOT)  # recogniser processes import the tiny recogniser
    pool = RecogniserPool(size=2, idle_seconds=60, loader=LOADER)
    return Immediate(settings, pool, lambda language, model: TinyModel(kind))
