"""Same audio, same words: whatever the batch, the threads, the blocks it came in, the processes that did it.

On the embedded model and the bundled recordings, compared word by word with times and confidences.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.audio import decode
from govor.pipeline.clips import SAMPLE, Clip
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.recognition import models
from govor.recognition.ctc import CtcRecognizer
from govor.recognition.recognizer import Wave
from govor.recognition.segments import Segment, Segmenter
from govor.records import AudioSpec, Word
from govor.settings import Settings

ROOT = Path(__file__).parents[2]
FEW = settings(deadline=None, max_examples=6)  # each recognises half a minute of speech
SECONDS_MAX = 600.0


@cache
def recogniser(threads: int) -> CtcRecognizer:
    return models.load_ctc(models.read(ROOT / "models" / models.EMBEDDED), threads)


@cache
def sound() -> NDArray[np.int16]:
    """Both recordings, the channels of the second one after the other."""
    channels = []
    for name in ("greeting.ogg", "call.ogg"):
        blocks = decode.decode(
            ROOT / "samples" / name,
            AudioSpec(),
            sample_rate_hz=recogniser(1).sample_rate_hz,
            audio_seconds_max=SECONDS_MAX,
        )
        channels.append(np.concatenate([block.samples for block in blocks], axis=1))
    return np.concatenate([channel for recording in channels for channel in recording])


def cut(samples: NDArray[np.int16], sizes: Sequence[int]) -> list[Segment]:
    """Segments of samples that come in blocks of these sizes, over and over."""
    segmenter, found, first, turn = Segmenter(recogniser(1).sample_rate_hz), list[Segment](), 0, 0
    while first < len(samples):
        found += segmenter.feed(samples[first : first + sizes[turn % len(sizes)]])
        first, turn = first + sizes[turn % len(sizes)], turn + 1
    return found + segmenter.finish()


@cache
def segments() -> tuple[Segment, ...]:
    return tuple(cut(sound(), [80_000]))


def wave(segment: Segment) -> Wave:
    samples: Wave = segment.samples.astype(np.float32) / np.float32(32_768)
    return samples


@cache
def alone() -> tuple[tuple[Word, ...], ...]:
    """The words of each segment, recognised by itself."""
    found = tuple(recogniser(1).words([wave(segment)])[0] for segment in segments())
    assert len(found) > 3
    assert sum(map(len, found)) > 20
    return found


@FEW
@given(data=st.data())
def test_words_do_not_depend_on_the_batch(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(segments()))))
    together = data.draw(st.integers(1, len(order)))
    for first in range(0, len(order), together):
        places = order[first : first + together]
        heard = recogniser(1).words([wave(segments()[place]) for place in places])
        assert heard == [alone()[place] for place in places]


@pytest.mark.parametrize("threads", [2, 3])
def test_words_do_not_depend_on_the_threads(threads: int) -> None:
    assert tuple(recogniser(threads).words([wave(segment) for segment in segments()])) == alone()


@settings(deadline=None, max_examples=20)
@given(sizes=st.lists(st.integers(1, 40_000), min_size=1, max_size=4))
def test_segments_do_not_depend_on_the_blocks_that_the_sound_came_in(sizes: list[int]) -> None:
    sizes = [size + 400 * (max(sizes) < 400) for size in sizes]  # blocks of a few samples would take minutes
    found = cut(sound(), sizes)
    assert [segment.start_ms for segment in found] == [segment.start_ms for segment in segments()]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(found, segments(), strict=True))


@pytest.mark.parametrize("processes", [1, 2])
async def test_words_do_not_depend_on_the_processes(tmp_path: Path, processes: int) -> None:
    path, clips, offset = tmp_path / "part", list[Clip](), 0
    for segment in segments():
        clips.append(Clip(path=str(path), offset=offset, samples=len(segment.samples)))
        offset += len(segment.samples)
    np.concatenate([segment.samples for segment in segments()]).astype(SAMPLE).tofile(path)
    pool = RecogniserPool(size=processes, idle_seconds=60)
    try:
        heard = await pool.recognise(models.find("ru-RU", Settings(data_dir=tmp_path)), clips)
    finally:
        await pool.stop()
    assert tuple(heard) == alone()
