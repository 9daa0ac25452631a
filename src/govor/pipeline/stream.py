"""One stream, from its bytes to partial and final words, in step with who speaks.

Rule 1: listening never waits for recognition, and recognition takes one clip of a stream at a time: streams
        share the recognisers fairly, and none can pile up work.
Rule 2: a final is what an operation would make of the same stretch of sound; partials never delay it.
Rule 3: for each utterance the final comes first, then its end; a partial is never older than a final.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from dataclasses import replace
from statistics import fmean
from typing import Any

from govor.pipeline import recogniser_pool
from govor.pipeline.listener import SOUND_BYTES_MAX, Listener
from govor.pipeline.listening import Report, Stretch
from govor.pipeline.partials import Growing
from govor.pipeline.recognise import later
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.stream_events import (
    AllHeard,
    Cursors,
    Final,
    Input,
    Output,
    Partial,
    Silence,
    Sound,
    StreamTask,
    UtteranceEnd,
)
from govor.pipeline.work import Model
from govor.records import Word
from govor.text.writing import DEFAULT_WRITER, Writer

MONO = 1  # the channel of a stream


class Stream:
    """Made for one call of `events`."""

    def __init__(
        self,
        task: StreamTask,
        listener: Listener,
        model: Model,
        pool: RecogniserPool,
        writer: Writer = DEFAULT_WRITER,
    ) -> None:
        self._writer = writer
        self._task, self._listener, self._model, self._pool = task, listener, model, pool
        self._ended: deque[Stretch | int] = (
            deque()
        )  # utterances to recognise; a number: end at so many samples
        self._still: Stretch | None = None
        self._growing = Growing(model.sample_rate_hz)
        self._cursors = Cursors()
        self._finals = 0
        self._closed = True  # no final since the last end of an utterance
        self._changed, self._some_ended = asyncio.Event(), asyncio.Event()
        self._recognising: asyncio.Task[list[tuple[Word, ...]]] | None = None

    async def events(self, inputs: AsyncIterator[Input]) -> AsyncGenerator[Output, None]:
        """All that becomes known, until the inputs end. Raises what `inputs`, listener and pool raise."""
        listening = asyncio.create_task(self._listen(inputs))
        listening.add_done_callback(lambda _: self._changed.set())
        try:
            with self._pool.prompt():
                while self._ended or not listening.done():
                    self._changed.clear()
                    async for event in self._next():
                        yield event
                        if self._task.single_utterance and isinstance(event, UtteranceEnd):
                            return
                    if not self._ended and not listening.done() and not self._partial_due():
                        await self._changed.wait()
                listening.result()
            for last in self._last():
                yield last
        finally:
            await self._end(listening)

    async def _end(self, listening: "asyncio.Task[None]") -> None:
        """Leave nothing running."""
        tasks = [task for task in (listening, self._recognising) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, inputs: AsyncIterator[Input]) -> None:
        async for each in inputs:
            if isinstance(each, Sound):
                for at in range(0, len(each.data), SOUND_BYTES_MAX):
                    self._note(await self._listener.sound(each.data[at : at + SOUND_BYTES_MAX]))
            elif isinstance(each, Silence):
                self._note(await self._listener.silence(each.duration_ms))
            else:
                report = await self._listener.end_utterance()
                self._note(report)
                self._end_utterances(report.samples)
        self._note(await self._listener.finish())

    def _note(self, report: Report) -> None:
        self._end_utterances(*report.ended)
        self._still = report.open
        self._cursors = replace(self._cursors, received_ms=self._growing.ms(report.samples))
        self._changed.set()

    def _end_utterances(self, *ended: Stretch | int) -> None:
        self._ended += ended
        if ended:
            self._some_ended.set()
            self._changed.set()

    def _partial_due(self) -> Stretch | None:
        return self._growing.next(self._still) if self._task.partials else None

    async def _next(self) -> AsyncIterator[Output]:
        """The next thing to say: finals first."""
        if self._ended:
            ended = self._ended.popleft()
            self._some_ended.clear()
            if isinstance(ended, int):
                yield self._utterance_end(self._growing.ms(ended))
                return
            async for event in self._final(ended):
                yield event
        elif tail := self._partial_due():
            partial = await self._partial(tail)
            if partial is not None:
                yield partial

    async def _partial(self, tail: Stretch) -> Partial | None:
        """Recognise the open utterance; None when there are no words, or it has ended meanwhile."""
        assert self._still is not None
        begin_ms = self._growing.ms(self._still.begin)
        recognising = self._recognise(tail, recogniser_pool.PARTIAL)
        self._recognising = asyncio.create_task(recognising)
        ended = asyncio.create_task(self._some_ended.wait())
        await asyncio.wait((self._recognising, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not self._recognising.done():
            self._recognising.cancel()
            return None
        words = self._growing.heard(tail, self._recognising.result()[0])
        end_ms = self._growing.ms(tail.end)
        self._cursors = replace(self._cursors, partial_ms=end_ms)
        return (
            Partial(words=words, begin_ms=begin_ms, end_ms=end_ms, cursors=self._cursors) if words else None
        )

    async def _final(self, ended: Stretch) -> AsyncIterator[Output]:
        (heard,) = await self._recognise(ended, recogniser_pool.FINAL)
        begin_ms, end_ms = self._growing.ms(ended.begin), self._growing.ms(ended.end)
        if not heard:
            return
        yield self._made(later(heard, begin_ms), end_ms)
        if self._task.pause_ms is not None:
            yield self._utterance_end(end_ms)

    def _recognise(self, stretch: Stretch, deadline: int) -> Coroutine[Any, Any, list[tuple[Word, ...]]]:
        clips = [self._listener.clip(stretch)]
        return self._pool.recognise(self._model, clips, deadline, self._task.hot_words)

    def _made(self, words: tuple[Word, ...], end_ms: int) -> Final:
        before = self._cursors.final_ms
        index, self._finals, self._closed = self._finals, self._finals + 1, False
        self._cursors = replace(
            self._cursors,
            partial_ms=max(self._cursors.partial_ms, end_ms),
            final_ms=end_ms,
            final_index=index,
        )
        return Final(
            channel=MONO,
            words=words,
            text=self._writer.text(words, self._task.text, self._task.language) if words else "",
            confidence=fmean(word.confidence for word in words) if words else 0.0,
            begin_ms=before,
            end_ms=end_ms,
            index=index,
            cursors=self._cursors,
        )

    def _utterance_end(self, time_ms: int) -> UtteranceEnd:
        self._closed = True
        self._cursors = replace(self._cursors, eou_ms=time_ms)
        return UtteranceEnd(channel=MONO, time_ms=time_ms, cursors=self._cursors)

    def _last(self) -> list[Output]:
        """What completes a stream: a final if there was none, an end for the last final, AllHeard."""
        last: list[Output] = []
        if not self._finals:
            last.append(self._made((), self._cursors.received_ms))
        if not self._closed:
            last.append(self._utterance_end(self._cursors.final_ms))
        return [*last, AllHeard(cursors=self._cursors)]
