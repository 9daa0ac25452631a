"""`python -m conformance [CLIENT…]`: run the clients, print a table; exit 1 unless all got the words.

A client passes if its driver ends well and prints the words of samples/greeting.ogg within WER_MAX. One whose
packages cannot be installed is skipped with the reason; that is no failure.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conformance.clients import CLIENTS, Client
from conformance.environments import CannotInstall, command_of
from conformance.service import Customer, running
from govor.recognition import word_error_rate

ROOT = Path(__file__).resolve().parents[1]
DRIVERS = ROOT / "conformance" / "drivers"
SAMPLE = ROOT / "samples" / "greeting.ogg"
WER_MAX = 0.5  # numbers may be digits and the model may err; words of something else are beyond 0.8
DRIVER_SECONDS = 240.0


def main(names: list[str]) -> int:
    """Run the clients named (all by default); returns the exit status."""
    chosen = [client for client in CLIENTS if not names or client.name in names]
    if len(chosen) < len(names):
        sys.exit("clients: " + ", ".join(client.name for client in CLIENTS))
    failed = 0
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as customer:
        for client in chosen:
            started = time.monotonic()
            outcome = verdict(client, customer)
            failed += outcome.startswith("FAILED")
            seconds = time.monotonic() - started
            print(f"{client.name:<18} {outcome:<22} {seconds:6.1f} s  {client.what}", flush=True)
    return 1 if failed else 0


def verdict(client: Client, customer: Customer) -> str:
    """What became of one client, in a few words; the driver's own complaints go to standard error."""
    try:
        command, variables = command_of(client, DRIVERS)
    except CannotInstall as error:
        return f"skipped: {error}"
    try:
        done = subprocess.run(
            [*command, str(SAMPLE)],
            env=customer.environment() | variables,
            capture_output=True,
            text=True,
            timeout=DRIVER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "FAILED: it does not end"
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
        return f"FAILED: exit {done.returncode}"
    heard = re.findall(r"\w+", str(json.loads(done.stdout.splitlines()[-1])["text"]).lower())
    said = SAMPLE.with_suffix(".txt").read_text(encoding="utf-8").split()
    wer = word_error_rate.count(said, heard).rate
    return f"passed, WER {wer:.0%}" if wer <= WER_MAX else f"FAILED: WER {wer:.0%}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
