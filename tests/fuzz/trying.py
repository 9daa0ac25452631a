"""Tries a target with bytes that hypothesis makes: out of nothing, and out of what the reader likes."""

import hashlib
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

CASES = Path(__file__).parent / "cases"  # TARGET-HASH.bin: what once crashed a reader
Edit = tuple[float, str, bytes]

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["replace", "insert", "remove", "cut", "repeat"]),
        st.binary(min_size=1, max_size=40) | st.sampled_from([b"\xff" * 8, bytes(8), b'"', b"{", b"OggS"]),
    ),
    max_size=6,
)


class Crashed(Exception):
    """A reader raised what it must not; the bytes are the smallest that were found."""

    def __init__(self, data: bytes) -> None:
        super().__init__(f"{len(data)} bytes")
        self.data = data


def edited(file: bytes, edits: list[Edit]) -> bytes:
    """A file with some of its bytes changed."""
    data = bytearray(file)
    for where, what, content in edits:
        at = int(where * len(data))
        if what == "cut":
            del data[at:]
        elif what == "repeat":
            data[at:at] = data[at : at + 64] * len(content)
        else:
            end = at if what == "insert" else at + len(content)
            data[at:end] = b"" if what == "remove" else content
    return bytes(data)


def read(target: Target, data: bytes) -> None:
    """One try; raises Crashed."""
    try:
        target.read(data)
    except target.refuses:
        return
    except Exception as error:
        raise Crashed(data) from error


def attempts(target: Target, number: int, examples: int) -> None:
    """So many tries, the same for the same number; raises Crashed with the smallest bytes that do it."""
    made = st.builds(edited, st.sampled_from(target.seeds), EDITS) | st.binary(max_size=400)

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(made)
    def run(data: bytes) -> None:
        read(target, data)

    run()


def cases() -> list[Path]:
    """What crashed a reader before."""
    return sorted(CASES.glob("*.bin"))


def target_of(case: Path) -> Target:
    """Whose case it is."""
    return TARGETS[case.stem.rpartition("-")[0]]


def kept(name: str, data: bytes) -> Path:
    """Write a new case down: commit it with what mends it."""
    CASES.mkdir(exist_ok=True)
    path = CASES / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
    path.write_bytes(data)
    return path
