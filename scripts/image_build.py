"""`python -m scripts.image_build`: build the image of the Containerfile, run it, and tell what it weighs.

It needs neither the daemon of an engine nor a registry: Debian 12 comes from its own archive (mmdebstrap),
buildah builds and runs in a chroot. Root on Debian 12 with `apt-get install buildah mmdebstrap`; 3 GB in the
folder `--work`, which keeps the image (a file system in memory is many times as fast). `--base IMAGE` takes
an image for Debian; `--ca FILE`: certificates that pip trusts while it builds, where a proxy opens TLS.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.image_size import IMAGE_BYTES_MAX, MB, ROOT
from scripts.local_service import LocalService, free_port, wait_until_ready

BASE = "localhost/govor-base"
IMAGE = "localhost/govor"
DEBIAN = "bookworm"
# debian:bookworm-slim leaves out the same.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
MERGED = (
    "/usr/share/mmdebstrap/hooks/merged-usr"  # /bin in /usr without the package that moves it, and its perl
)
CA_INSIDE = "/run/ca.crt"
SAMPLE = ROOT / "samples/greeting.ogg"
READY_SECONDS = 300.0  # a chroot on a busy machine
STOP_SECONDS = 60.0
TRANSCRIPT_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Buildah:
    """buildah with a store of its own, below `work`."""

    work: Path

    @property
    def command(self) -> list[str]:
        """The words before an action."""
        return ["buildah", "--root", str(self.work / "store"), "--runroot", str(self.work / "run")]

    def __call__(self, *words: str | Path) -> str:
        """Run an action; what it prints. Raises CalledProcessError."""
        env = {**os.environ, "TMPDIR": str(self.work), "BUILDAH_ISOLATION": "chroot"}
        command = [*self.command, *map(str, words)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env).stdout.strip()


def build_base(buildah: Buildah) -> None:
    """Debian 12 without anything that it can do without, as the image BASE."""
    folder = buildah.work / "base"
    folder.mkdir()
    options = [f"--dpkgopt=path-exclude={each}" for each in LEFT_OUT]
    command = ["mmdebstrap", "-q", "--variant=minbase", "--include=usr-is-merged", f"--hook-dir={MERGED}"]
    env = {**os.environ, "TMPDIR": str(buildah.work)}
    subprocess.run([*command, *options, DEBIAN, folder / "base.tar"], check=True, env=env)
    (folder / "Containerfile").write_text('FROM scratch\nADD base.tar /\nCMD ["bash"]\n', encoding="utf-8")
    buildah("build", "-q", "-t", BASE, folder)
    shutil.rmtree(folder)


def build(buildah: Buildah, base: str, ca: Path | None) -> None:
    """The Containerfile, with the files that git knows."""
    context = buildah.work / "context"
    context.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", context], input=archive.stdout, check=True)
    volumes: list[str] = []
    if ca is not None:  # seen while it builds; no layer has it
        config = buildah.work / "pip.conf"
        config.write_text(f"[global]\ncert = {CA_INSIDE}\n", encoding="utf-8")
        volumes = ["-v", f"{ca.resolve()}:{CA_INSIDE}:ro", "-v", f"{config}:/etc/pip.conf:ro"]
    # Docker's format: that of OCI has no health check.
    options = ["--format", "docker", "--build-arg", f"BASE={base}", "-t", IMAGE]
    buildah("build", "-q", *volumes, *options, "-f", context / "Containerfile", context)
    shutil.rmtree(context)


def sizes(buildah: Buildah) -> dict[str, int]:
    """Bytes of the image: its layers unpacked, and as they travel."""
    (found,) = json.loads(buildah("images", "--json", IMAGE))
    packed = buildah.work / "image.tar"
    buildah("push", "-q", IMAGE, f"oci-archive:{packed}")
    size = packed.stat().st_size
    packed.unlink()
    return {"the image": round(bytes_of(found["size"])), "as it travels, compressed": size}


def bytes_of(text: str) -> float:
    """What `buildah images` writes: "569 MB"."""
    number, unit = text.split()
    return float(number) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit]


@contextlib.contextmanager
def container_of(buildah: Buildah) -> Iterator[str]:
    """A container of the image, until the block ends."""
    container = buildah("from", IMAGE)
    try:
        yield container
    finally:
        buildah("rm", container)


def configured(buildah: Buildah) -> list[str]:
    """The image's own command line."""
    config: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", IMAGE))["OCIv1"]["config"]
    return [*config["Entrypoint"], *config["Cmd"]]


@contextlib.contextmanager
def serving(buildah: Buildah, container: str) -> Iterator[LocalService]:
    """The service in its container, on free ports of this machine; it must end when it is asked to."""
    http, grpc = (f"127.0.0.1:{free_port()}" for _ in range(2))
    ports = ["--env", f"GOVOR_HTTP={http}", "--env", f"GOVOR_GRPC={grpc}"]
    inside = [*buildah.command, "run", "--isolation", "chroot", *ports, container, "--"]
    process = subprocess.Popen([*inside, *configured(buildah)], stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(f"http://{http}", process, urllib.request.build_opener(), READY_SECONDS)
        subprocess.run([*inside, "govor", "healthcheck"], check=True)
        key = subprocess.check_output([*inside, "govor", "keys", "create", "--name", "image"], text=True)
        yield LocalService(f"http://{http}", grpc, key.strip(), process)
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            if child.name() == "tini":
                child.terminate()
        status = process.wait(STOP_SECONDS)
    if status:
        raise RuntimeError(f"the service ended with {status} when it was asked to stop")


def transcribed(buildah: Buildah) -> str:
    """What the image makes of a sample."""
    with container_of(buildah) as container, serving(buildah, container) as service:
        operation = service.submit(service.put(SAMPLE))
        done = service.wait(operation["id"], timeout_seconds=TRANSCRIPT_SECONDS)
    return " ".join(chunk["alternatives"][0]["text"] for chunk in done["response"]["chunks"])


def main() -> int:
    """Build, run, measure; 1 if it weighs more than promised or hears nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="")
    parser.add_argument("--ca", type=Path)
    parser.add_argument(
        "--work", type=Path, help="kept, with the images in it; a base that is there is taken"
    )
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        if asked.work:
            asked.work.mkdir(exist_ok=True)
        work = asked.work or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="govor-image-")))
        buildah = Buildah(work=work)
        if not asked.base and BASE not in buildah("images", "--format", "{{.Name}}").split():
            build_base(buildah)
        build(buildah, asked.base or BASE, asked.ca)
        text = transcribed(buildah)
        print(f"heard in {SAMPLE.name}: {text}")
        found = sizes(buildah)
        for name, size in found.items():
            print(f"{size / MB:7.1f} MB  {name}")
        if not asked.work:
            buildah("rmi", "--all", "--force")
    return int(max(found.values()) > IMAGE_BYTES_MAX or not text)


if __name__ == "__main__":
    sys.exit(main())
