"""Parts of a recording that is still being decoded: recognition begins with the first of them.

    scratch/ID/early/00000.pcm    a part; its first name is in the decoder's draft (scratch.py)
    scratch/ID/early/00000.json   its stretches; appears last, and whole

Rule 1: a recording of one part has none of this: it is recognised as soon as it is decoded.
Rule 2: parts are told of in order, each once, and only when another machine can read them.
Rule 3: decoding the same recording again makes the same parts (scratch.py, rule 2): what is here stays.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from govor.pipeline.scratch import Scratch, Stretch, note, part

# A part is made in a sixth of a second at best (4 h in 42 s); looking costs one stat.
LOOK_SECONDS = 0.2

Told = Callable[[int], None]  # called with the number of a part that can be recognised


def offer(folder: Path, source: Path, index: int, stretches: Sequence[Stretch]) -> None:
    """Give the finished part at `source` its place in `folder`, then its note. Raises OSError."""
    folder.mkdir(exist_ok=True)
    try:
        os.link(source, part(folder, index))
    except FileExistsError:
        pass  # rule 3
    except OSError:  # a file system without second names
        copied = source.with_suffix(".copy")
        shutil.copyfile(source, copied)
        os.replace(copied, part(folder, index))
    draft = source.with_suffix(".note")
    with draft.open("w") as file:
        json.dump([asdict(stretch) for stretch in stretches], file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, note(folder, index))


@asynccontextmanager
async def telling(
    scratch: Scratch, keep: Callable[[Scratch, int], Awaitable[None]], told: Told
) -> AsyncIterator[None]:
    """While the block decodes: `keep` every part that is offered, then call `told` with its number.

    Raises what `keep` raised, when the block has ended well.
    """
    teller = asyncio.create_task(_tell(scratch, keep, told))
    try:
        yield
    finally:
        teller.cancel()
        (end,) = await asyncio.gather(teller, return_exceptions=True)
    if isinstance(end, Exception):
        raise end


async def _tell(scratch: Scratch, keep: Callable[[Scratch, int], Awaitable[None]], told: Told) -> None:
    index = 0
    while True:
        while scratch.early_note(index).exists():
            await keep(scratch, index)
            told(index)
            index += 1
        await asyncio.sleep(LOOK_SECONDS)
