"""A service for a test to kill: it runs a job that never ends."""

import sys
from pathlib import Path

from govor.audio import sandbox
from tests.audio import jobs

if __name__ == "__main__":
    sandbox.run(jobs.sleep, Path(sys.argv[1]))
