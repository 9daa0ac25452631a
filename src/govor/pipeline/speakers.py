"""Speakers: the voices of a mono recording are told apart. Runs in the sandbox, in a process of its own."""

from pathlib import Path

from govor.pipeline.scratch import Scratch

Rows = list[list[int]]  # start_ms, end_ms, speaker (1-based) of each turn, in order


def tell_apart(root: Path, operation_id: str, sample_rate_hz: int, speakers_max: int) -> Rows:
    """Who speaks when in the parts of scratch/ID/parts; FileNotFoundError when they are gone."""
    from govor.analysis import turns, voice_features, voices  # numpy: only where it is used

    scratch = Scratch(root, operation_id)
    manifest = scratch.read_manifest()
    stretches = [stretch for part in manifest.parts for stretch in part]
    clips = [clip for index in range(len(manifest.parts)) for clip in scratch.clips(manifest, index)]
    heard = [voice_features.cepstra(clip.wave(), sample_rate_hz) for clip in clips]
    labels = voices.told_apart([cepstra for cepstra, _ in heard], [loud for _, loud in heard], speakers_max)
    return [
        [turn.start_ms, turn.end_ms, turn.speaker]
        for stretch, label in zip(stretches, labels, strict=True)
        for turn in turns.of_labels(label, stretch.start_ms)
    ]
