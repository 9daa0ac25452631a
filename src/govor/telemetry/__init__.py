"""Logs, metrics and traces: set up once by app.py, told by everybody.

Rule 1: no transcript, secret, link or name of an object, in none of the three.
Rule 2: labels and names of spans have few values: names of ours, never a path or an id.
Rule 3: telling costs microseconds and never fails what it tells about.
"""

from govor.telemetry.logs import configure_logging
from govor.telemetry.metrics import Metrics

__all__ = ["Metrics", "configure_logging"]
