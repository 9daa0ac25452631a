"""`make bench`: every benchmark, one after the other; each writes bench/results/NAME.json."""

import subprocess
import sys

NAMES = (
    "decoding",
    "recognition",
    "text",
    "identities",
    "service",
    "load",
    "scaling",
    "fairness",
    "streaming",
    "voices",
    "objects",
    "takeover",
    "uploads",
    "exports",
    "client",
)


def main() -> int:
    """A process for each, so that one's memory is not the other's; 1 if any failed."""
    runs = [subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False) for name in NAMES]
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    raise SystemExit(main())
