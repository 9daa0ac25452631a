"""The files under deploy/, read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
CONTAINERFILE = ROOT / "Containerfile"


def documents(path: Path) -> list[dict[str, Any]]:
    """Every document of a YAML file."""
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def kubernetes() -> list[dict[str, Any]]:
    """Every object that is applied, and the secret's example."""
    return [each for path in sorted(KUBERNETES.glob("*.yaml")) for each in documents(path)]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """Name → object."""
    return {each["metadata"]["name"]: each for each in kubernetes() if each["kind"] == kind}


def instructions(stage: int = -1) -> Iterator[tuple[str, str]]:
    """The Containerfile's instructions of one stage: name, and the rest on one line."""
    text = re.sub(r"^\s*#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", " ", text)
    stages = re.split(r"(?m)^(?=FROM )", text)[1:]
    for line in stages[stage].splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def image(name: str) -> list[str]:
    """What the final stage says to an instruction, once for each time that it stands there."""
    return [rest for instruction, rest in instructions() if instruction == name]


def image_environment() -> dict[str, str]:
    """ENV of the final stage."""
    return dict(pair.split("=", 1) for rest in image("ENV") for pair in rest.split())
