"""How far an operation is, from the notes of its steps. Pure.

Rule 1: progress is counted in parts, which have at most a minute of speech each; what comes before and after
        them has a fixed share, for nothing is known of its length.
Rule 2: it never runs backwards: a step that runs again was not noted yet.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govor.engine.serializer import JsonSerializer
from govor.engine.states import FINISHED, State
from govor.pipeline.stored import Plain


class Stage(enum.StrEnum):
    """What is being done for an operation."""

    QUEUED = "queued"
    FETCHING = "fetching"
    PREPARING = "preparing"
    RECOGNISING = "recognising"
    FINISHING = "finishing"
    FINISHED = "finished"


# How much of the work lies behind when a stage begins: most of it is recognition.
BEGINS: dict[Stage, float] = {
    Stage.QUEUED: 0.0,
    Stage.FETCHING: 0.01,
    Stage.PREPARING: 0.03,
    Stage.RECOGNISING: 0.1,
    Stage.FINISHING: 0.98,
    Stage.FINISHED: 1.0,
}
assert set(BEGINS) == set(Stage)  # a new stage cannot be forgotten here


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """The steps of an operation that are noted, and when (ms since the epoch); how many parts are done."""

    steps: Mapping[str, int] = field(default_factory=dict)
    prepared: Plain | None = None  # what the step `prepare` returned
    parts_done: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far it is."""

    stage: Stage
    share: float  # 0..1
    parts: int | None = None  # in all; None before the recording is decoded
    parts_done: int = 0
    audio_ms: int | None = None
    channels: int | None = None
    seconds_left: float | None = None  # None until a part is done


def of(state: State, notes: Notes, now_ms: int) -> Progress:
    """The progress of an operation in this state."""
    prepared = notes.prepared or {}
    parts: int | None = prepared.get("parts")
    done = min(notes.parts_done + ("recognise" in notes.steps), parts or 0)
    stage = stage_of(state, notes, parts, done)
    share, left = BEGINS[stage], None
    if stage is Stage.RECOGNISING and parts:
        share += (BEGINS[Stage.FINISHING] - share) * done / parts
        elapsed_seconds = max(0, now_ms - notes.steps["fetch"]) / 1000  # parts begin while it is decoded
        left = round(elapsed_seconds * (parts - done) / done, 1) if done else None
    return Progress(
        stage=stage,
        share=round(share, 4),
        parts=parts,
        parts_done=done,
        audio_ms=prepared.get("audio_ms"),
        channels=prepared.get("channels"),
        seconds_left=left,
    )


def stage_of(state: State, notes: Notes, parts: int | None, done: int) -> Stage:
    """What is being done."""
    if state in FINISHED:
        return Stage.FINISHED
    if state is State.QUEUED and not notes.steps:
        return Stage.QUEUED
    if "fetch" not in notes.steps:
        return Stage.FETCHING
    if parts is None:
        return Stage.PREPARING
    return Stage.RECOGNISING if done < parts else Stage.FINISHING


def noted(
    operation_ids: Sequence[str], steps: Iterable[tuple[Any, ...]], parts: Mapping[str, int]
) -> dict[str, Notes]:
    """Notes of operations from rows (operation, step, when, output of `prepare`) and counts of parts done."""
    times: dict[str, dict[str, int]] = {operation_id: {} for operation_id in operation_ids}
    prepared: dict[str, Plain] = {}
    for operation_id, step, completed_ms, output in steps:
        times[operation_id][step] = completed_ms or 0
        if output is not None:
            prepared[operation_id] = JsonSerializer().deserialize(output)
    return {
        each: Notes(steps=times[each], prepared=prepared.get(each), parts_done=parts.get(each, 0))
        for each in operation_ids
    }
