"""Where training reads and writes; nothing of it inside the repository."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def work_dir() -> Path:
    """$GOVOR_TRAINING_DIR, by default ~/.cache/govor-training."""
    return Path(os.environ.get("GOVOR_TRAINING_DIR", "~/.cache/govor-training")).expanduser()


def corpora_dir() -> Path:
    """Features ready for training, one folder a corpus."""
    return work_dir() / "corpora"


def text_dir() -> Path:
    """What `python -m training.texts` writes."""
    return work_dir() / "text"
