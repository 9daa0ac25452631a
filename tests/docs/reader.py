"""A reader who types every command of a page: one shell for a page, in a folder of its own."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.local_service import free_port
from tests.docs.blocks import Block, blocks, prints

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "docs" / "quickstart.md"
SMALL = {"GOVOR_RECOGNISERS": "1", "GOVOR_AUDIO_SECONDS_MAX": "600"}  # a service that is quick to test
PAGE_SECONDS = 900.0  # far beyond any page, so that a busy machine is no error
READY_ATTEMPTS = 1_200  # of 0.1 s each
PORTS = {"8080": "GOVOR_HTTP", "50051": "GOVOR_GRPC"}  # the documents' ports

# A block that stays gets a process group, so that what it starts ends with it.
STAYS = """
setsid bash -eu {script} > {output} 2>&1 &
echo $! >> {pids}
for attempt in $(seq {attempts}); do
    if curl -s -f -o /dev/null {base}/health/ready; then break; fi
    if ! kill -0 $!; then cat {output}; exit 1; fi
    sleep 0.1
done
"""


# A block beside the service: everything of its own, and nothing of it outlives the page.
BESIDE = """
( {environment} exec setsid bash -eu {script} ) > {output} 2>&1 &
echo $! >> {pids}
BESIDE="${{BESIDE:-}} $!"
trap 'for each in $BESIDE; do
    for attempt in $(seq {attempts}); do kill -- -$each 2>/dev/null || break; sleep 0.1; done
done' EXIT
for attempt in $(seq {attempts}); do
    if (: < /dev/tcp/127.0.0.1/{port}) 2>/dev/null; then break; fi
    if ! kill -0 $!; then cat {output}; exit 1; fi
    sleep 0.1
done
(: < /dev/tcp/127.0.0.1/{port})
"""
LISTENED = ("8080", "50051", "8081", "8090")  # ports that documents name
NAMED = re.compile(rf"(?<![0-9])({'|'.join(LISTENED)})(?![0-9])")


class PageFailed(AssertionError):
    """A block of a page does not do what the page says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads, with a home, a checkout to read in, and free ports in place of the documents' own."""

    home: Path
    ports: dict[str, str] = field(default_factory=lambda: {port: str(free_port()) for port in PORTS})

    def read(self, page: Path) -> int:
        """Run the blocks of a page; returns how many. Raises PageFailed."""
        todo = [block for block in blocks(page.read_text(encoding="utf-8")) if block.runs]
        work = self._checkout(page.stem)
        script = work / ".page" / "script"
        script.write_text("\n".join(self._lines(todo, script.parent)), encoding="utf-8")
        done = subprocess.run(
            ["bash", script],
            cwd=work,
            env=self._environment(),
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=False,
        )
        for number, block in enumerate(todo):
            self._judge(page, block, script.parent / f"{number}.out", done.returncode)
        return len(todo)

    @property
    def base(self) -> str:
        """The REST address."""
        return f"http://127.0.0.1:{self.ports['8080']}"

    def type(self, command: str) -> str:
        """One more command in the reader's shell; what it prints."""
        done = subprocess.run(
            ["bash", "-euc", f". {self.home}/left; {command}"],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PAGE_SECONDS,
            check=True,
        )
        return done.stdout.strip()

    def stop(self) -> None:
        """End what was left running."""
        path = self.home / "pids"
        for pid in path.read_text().split() if path.exists() else ():
            command = ["kill", f"-{signal.SIGTERM}", "--", f"-{pid}"]
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)  # it may have ended

    def _judge(self, page: Path, block: Block, path: Path, status: int) -> None:
        where = f"{page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}:{block.line}"
        if not path.exists():
            raise PageFailed(f"{where} was not reached: exit status {status}")
        output = self._documented(path.read_text(encoding="utf-8", errors="replace"))
        following = path.with_name(f"{int(path.stem) + 1}.out")
        if status and not following.exists():
            raise PageFailed(f"{where} ends with status {status}\n{block.text}{output}")
        if not prints(block, output):
            raise PageFailed(f"{where} prints something else\n{block.text}{output}")

    def _lines(self, todo: list[Block], folder: Path) -> Iterator[str]:
        """The script of a page: each block's output in a file of its own."""
        left = self.home / "left"  # variables of the pages before, as a reader's shell has them
        yield f"set -eu -o pipefail\nif [ -e {left} ]; then . {left}; fi"
        for number, block in enumerate(todo):
            output, text = folder / f"{number}.out", self._here(block.text)
            (folder / f"{number}.{block.language}").write_text(text, encoding="utf-8")
            if block.directive == "stays":
                yield STAYS.format(
                    script=folder / f"{number}.sh",
                    output=output,
                    pids=self.home / "pids",
                    attempts=READY_ATTEMPTS,
                    base=self.base,
                )
            elif block.directive == "beside":
                yield self._beside(block, folder, number)
            elif block.language == "python":
                yield f"python {folder}/{number}.python > {output} 2>&1"
            else:
                yield f"exec > {output} 2>&1\n{text}"
        yield f'if [ -n "${{KEY:-}}" ]; then declare -p KEY > {left}; fi'

    def _beside(self, block: Block, folder: Path, number: int) -> str:
        """Starts a further service, and waits until it listens."""
        ports = {port: str(free_port()) for port in LISTENED}
        script = folder / f"{number}.sh"
        script.write_text(NAMED.sub(lambda named: ports[named[0]], block.text), encoding="utf-8")
        addresses = {name: f"127.0.0.1:{ports[port]}" for port, name in PORTS.items()}
        own = {**addresses, "GOVOR_DATA_DIR": str(folder / f"{number}.data")}
        return BESIDE.format(
            environment=" ".join(f"{name}={value}" for name, value in own.items()),
            script=script,
            output=folder / f"{number}.out",
            pids=self.home / "pids",
            attempts=READY_ATTEMPTS,
            port=ports[block.reason],
        )

    def _checkout(self, name: str) -> Path:
        """A folder that looks like a clone of the repository where that matters."""
        work = self.home / name
        (work / ".page").mkdir(parents=True)
        shutil.copytree(ROOT / "samples", work / "samples")
        shutil.copytree(ROOT / "deploy", work / "deploy")
        (work / ".venv").symlink_to(Path(sys.prefix))
        return work

    def _environment(self) -> dict[str, str]:
        """What a reader's shell has; nothing of this machine's."""
        path = f"{Path(sys.prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin:/usr/sbin"
        addresses = {name: f"127.0.0.1:{self.ports[port]}" for port, name in PORTS.items()}
        own = {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8"}
        return own | addresses | SMALL

    def _here(self, text: str) -> str:
        """The documents' ports become those of this test."""
        for documented, port in self.ports.items():
            for host in ("127.0.0.1", "localhost"):
                text = text.replace(f"{host}:{documented}", f"{host}:{port}")
        return text

    def _documented(self, text: str) -> str:
        """And back."""
        for documented, port in self.ports.items():
            text = text.replace(f":{port}", f":{documented}")
        return text


@contextmanager
def reading(home: Path) -> Iterator[Reader]:
    """A reader, who leaves nothing running."""
    reader = Reader(home=home)
    try:
        yield reader
    finally:
        reader.stop()
