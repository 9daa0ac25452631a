"""Sound for the tiny recogniser, as it would come inside a request."""

import numpy as np

from govor.pipeline.clips import SAMPLE
from tests.tiny.recogniser import RATE_HZ


def sound(*levels: int) -> bytes:
    """A second of each level, as samples without a header."""
    return np.repeat(np.asarray(levels, SAMPLE), RATE_HZ).tobytes()
