"""Several models in one pool: one that cannot be used fails its own jobs and no other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from govor.errors import ModelFailed
from govor.pipeline.clips import SAMPLE, Clip
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.recognition import models
from tests.families import made

RATE_HZ = 16_000
ROOM = 600 << 20  # what a recogniser may have in the test of memory: its runtime fits, the model does not


def clip(tmp_path: Path) -> Clip:
    sound = np.random.default_rng(5).normal(size=2 * RATE_HZ) * np.repeat([10, 3000], RATE_HZ)
    path = tmp_path / "sound.pcm"
    sound.astype(SAMPLE).tofile(path)
    return Clip(path=str(path), offset=0, samples=len(sound))


async def test_the_service_stays_up_with_its_other_models(tmp_path: Path) -> None:
    for name in ("whole", "broken", "wrong"):
        made.gigaam_ctc(tmp_path / name)
    graph = tmp_path / "broken/v3_ctc.onnx"
    graph.write_bytes(graph.read_bytes()[:100])
    (tmp_path / "wrong/v3_vocab.txt").write_text("▁ 0\n<blk> 1\n", encoding="utf-8")
    pool = RecogniserPool(size=1, idle_seconds=60)
    try:
        sound = [clip(tmp_path)]
        for name, message in (("broken", "cannot load"), ("wrong", "does not fit")):
            with pytest.raises(ModelFailed, match=message):
                await pool.recognise(models.read(tmp_path / name), sound)
        (words,) = await pool.recognise(models.read(tmp_path / "whole"), sound)
        assert {"да", "нет"} & {word.text for word in words}
        assert all(word.start_ms >= 800 for word in words)
    finally:
        await pool.stop()


async def test_a_model_that_punctuates_keeps_what_it_wrote_on_the_way_out_of_its_process(
    tmp_path: Path,
) -> None:
    made.gigaam_ctc(tmp_path, prefix="v3_e2e_ctc", vocabulary="v3_e2e_ctc_vocab.txt")
    (tmp_path / "govor.json").write_text(json.dumps({"driver": "ctc", "writes": True}))
    pool = RecogniserPool(size=1, idle_seconds=60)
    try:
        (words,) = await pool.recognise(models.read(tmp_path), [clip(tmp_path)])
    finally:
        await pool.stop()
    assert "нет." in [word.written for word in words]


def test_a_model_for_which_there_is_no_memory_says_so(tmp_path: Path) -> None:
    made.write_large_ctc(tmp_path, megabytes=ROOM >> 20)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "import onnxruntime\n"
        "from govor.recognition import models\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]),) * 2)\n"
        "try: models.load(models.read(Path(sys.argv[1])))\n"
        "except Exception as error: print(type(error).__name__, error.message, error.detail)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), str(ROOM // 4)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ}
    )
    assert done.stdout.startswith("ModelFailed not enough memory"), done.stdout + done.stderr
    assert "GOVOR_RECOGNISERS" in done.stdout
