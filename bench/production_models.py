"""What a production model costs: a graph of GigaAM v3 CTC's size with random weights, fp32 and int8.

`python -m bench.production_models [--seconds S] [--threads N] [--layers L]`. Real-time factors are processor
time, all threads together, for a second of sound: N threads on N free cores take an N-th of it. The share
around the graph is the processor time of features, decoding, word times and confidences by that of the graph:
what Govor adds to the bare session.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from bench import production_graph
from bench.report import Row, report

RATE_HZ = 16_000
BATCHES = (1, 4)
PRECISIONS = ("fp32", "int8")


def main() -> None:
    """A process for each precision, so that the memory of one is not the other's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of one wave")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layers", type=int, default=production_graph.LAYERS)
    parser.add_argument("--only", choices=PRECISIONS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        rows = measured(given.only, given.seconds, given.threads, given.layers)
        print(json.dumps([[row.what, row.value, row.unit, row.target] for row in rows]))
        return
    found: list[Row] = []
    for precision in PRECISIONS:
        command = [sys.executable, "-m", "bench.production_models", "--only", precision]
        for name in ("seconds", "threads", "layers"):
            command += [f"--{name}", str(getattr(given, name))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = json.loads(done.stdout.splitlines()[-1])
        found += [
            Row(what=what, value=value, unit=unit, target=target) for what, value, unit, target in lines
        ]
    report("production_models", found)


def measured(precision: str, seconds: float, threads: int, layers: int) -> list[Row]:
    """Everything about one precision, in this process."""
    from govor.recognition import models

    with tempfile.TemporaryDirectory() as folder:
        graph = write_apart(Path(folder), precision, layers)
        size = sum(path.stat().st_size for path in graph.parent.glob(f"{graph.name}*"))
        before = psutil.Process().memory_info().rss
        started = time.perf_counter()
        recogniser = models.load_ctc(models.read(Path(folder)), threads)
        loading = time.perf_counter() - started
        wave = np.random.default_rng(2).normal(size=round(seconds * RATE_HZ)).astype(np.float32) * 0.1
        features = recogniser.front_end.features(wave)
        session = recogniser.session
        rows = [
            Row(what=f"{precision}: files", value=size / 1e6, unit="MB"),
            Row(what=f"{precision}: time to load", value=loading, unit="s"),
        ]
        for batch in BATCHES:
            inputs: dict[str, np.ndarray] = {
                "features": np.repeat(features[None], batch, axis=0),
                "feature_lengths": np.full(batch, features.shape[1], np.int64),
            }
            session.run(["log_probs"], inputs) if batch == 1 else None  # the first run prepares
            started = time.process_time()
            tables = session.run(["log_probs"], inputs)[0]
            spent = time.process_time() - started
            what = f"{precision}: the session, batch of {batch}, {threads} threads"
            rows.append(Row(what=what, value=spent / (seconds * batch), unit="RTF"))
            if batch == 1:
                bare, table = spent, tables[0]
        recogniser.decode([table])
        around = time.process_time()
        recogniser.front_end.features(wave)
        recogniser.decode([table])
        around = time.process_time() - around
        memory = psutil.Process().memory_info().rss - before
        rows.append(
            Row(
                what=f"{precision}: memory, but for weights mapped from their file",
                value=memory / 1e6,
                unit="MB",
            )
        )
        share = Row(what=f"{precision}: around the graph", value=100 * around / bare, unit="%", target="≤ 5")
        return [*rows, share]


def write_apart(folder: Path, precision: str, layers: int) -> Path:
    """Write the graph in a process of its own: its memory is not the recogniser's."""
    code = (
        "import sys; from pathlib import Path; from bench.production_graph import write;"
        "print(write(Path(sys.argv[1]), int8=sys.argv[2] == 'int8', layers=int(sys.argv[3])))"
    )
    command = [sys.executable, "-c", code, str(folder), precision, str(layers)]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


if __name__ == "__main__":
    main()
