"""`python -m scripts.audit` (`make audit`): known vulnerabilities of what the lock files pin, asked of OSV.

Exit status: 0 none is known, or OSV cannot be reached (it says so); 1 some are. Vulnerabilities that do not
touch us are named in ACCEPTED, each with its reason.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
OSV = "https://api.osv.dev"
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
QUERIES_MAX = 1_000  # of one request, by OSV's documentation
TIMEOUT_SECONDS = 20.0
ACCEPTED: Mapping[str, str] = {}  # id of a vulnerability → why it does not touch us


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Package:
    """One pinned version."""

    name: str
    version: str


class Unreachable(Exception):
    """OSV does not answer, or not as it should; the text says how."""


def pinned(texts: Iterable[str]) -> list[Package]:
    """What lock files pin."""
    return sorted(
        {Package(name=name, version=version) for text in texts for name, version in PINNED.findall(text)}
    )


def vulnerabilities(packages: Sequence[Package], osv: str = OSV) -> dict[Package, list[str]]:
    """Ids of what is known of each version that something is known of; raises Unreachable."""
    found: dict[Package, list[str]] = {}
    for start in range(0, len(packages), QUERIES_MAX):
        batch = packages[start : start + QUERIES_MAX]
        for package, result in zip(batch, asked(batch, osv), strict=True):
            known = [each["id"] for each in result.get("vulns", []) if each["id"] not in ACCEPTED]
            if known:
                found[package] = known
    return found


def asked(batch: Sequence[Package], osv: str) -> list[dict[str, list[dict[str, str]]]]:
    """OSV's answers, in the order of the packages."""
    queries = [
        {"package": {"name": each.name, "ecosystem": "PyPI"}, "version": each.version} for each in batch
    ]
    try:
        answer = httpx.post(f"{osv}/v1/querybatch", json={"queries": queries}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        results: list[dict[str, list[dict[str, str]]]] = answer.json()["results"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    if len(results) != len(batch):
        raise Unreachable(f"{len(results)} answers to {len(batch)} questions")
    return results


def main(osv: str = OSV) -> int:
    """Ask and tell."""
    packages = pinned(lock.read_text() for lock in LOCKS)
    try:
        found = vulnerabilities(packages, osv)
    except Unreachable as error:
        print(f"skipped: {osv} cannot be asked about {len(packages)} packages ({error})")
        return 0
    for package, known in found.items():
        print(f"{package.name} {package.version}: {', '.join(known)}")
    print(f"{len(packages)} packages, {len(found)} with known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
