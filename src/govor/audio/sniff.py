"""Is it what was declared? Asked of the first bytes of an object, before its submission is answered. Pure.

The declared encoding is never replaced by a guess: SpeechKit refuses MP3 declared as OGG_OPUS, and so do we,
but we say what was found. One exception: the RIFF header that many clients leave in front of LINEAR16_PCM
(SpeechKit's own sample does) is read, and believed rather than the request.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from govor.audio import mp3, ogg, wav
from govor.audio.found import name
from govor.audio.ogg_opus import Event, Link, Sound, TimeLine
from govor.audio.opus_packets import CHANNELS_MAX, RATE_HZ, OpusHead
from govor.audio.refusal import invalid
from govor.errors import BadAudio
from govor.records import AudioEncoding, AudioSpec

# Headers of real files fit; what does not (an MP3 behind a large picture) is left to the decoder.
HEAD_BYTES = 64 << 10

PCM_RATES_HZ = (8_000, 16_000, 48_000)  # what SpeechKit documents for LINEAR16_PCM
MEND = "mend it with: ffmpeg -i INPUT -c:a libopus -b:a 65536 OUTPUT.ogg"


def probe(head: bytes, declared: AudioSpec) -> AudioSpec:
    """What will be decoded; `head` is the first HEAD_BYTES of the object, or all of it if it is shorter.

    Raises BadAudio: it is not what was declared. The detail names what was found and how to mend it.
    """
    if not head:
        raise invalid(f"found an empty file; {_mend(declared.encoding)}")
    try:
        return _PROBES[declared.encoding](head, declared)
    except BadAudio as error:
        raise BadAudio(error.message, f"{error.detail}; {_mend(declared.encoding)}") from None


def _mend(declared: AudioEncoding) -> str:
    return MEND if declared is AudioEncoding.OGG_OPUS else f"{MEND}, and declare OGG_OPUS"


def _is_all(head: bytes) -> bool:
    """Is this the whole object?"""
    return len(head) < HEAD_BYTES


def _not_as_declared(head: bytes) -> BadAudio:
    found = name(head)
    advice = f"; declare it as {found.declare}" if found.declare else ""
    return invalid(f"found {found.what}{advice}")


def _probe_ogg_opus(head: bytes, declared: AudioSpec) -> AudioSpec:
    opus, sounds = _first_link(head) if head.startswith(ogg.CAPTURE) else (None, False)
    if opus is None:
        raise _not_as_declared(head)
    if not sounds and _is_all(head):
        raise invalid("found an Opus header without sound behind it")
    return AudioSpec(encoding=AudioEncoding.OGG_OPUS, sample_rate_hz=RATE_HZ, channels=opus.channels)


def _first_link(head: bytes) -> tuple[OpusHead | None, bool]:
    """The first Opus stream's header, and whether a packet of sound follows."""
    opus: OpusHead | None = None
    for event in _events(head):
        if isinstance(event, Link):
            opus = opus or event.head
        elif isinstance(event, Sound):
            return opus, True
    return opus, False


def _events(head: bytes) -> Iterator[Event]:
    """The time line of what was given of the file."""
    reader, line = ogg.PageReader(), TimeLine()
    for page in itertools.chain(reader.feed(head), reader.finish()):
        yield from line.push(page)


def check(declared: AudioSpec) -> None:
    """Refuse what no object could make good, before one is read. Raises BadAudio."""
    if declared.encoding is not AudioEncoding.LINEAR16_PCM:
        return
    if declared.sample_rate_hz not in PCM_RATES_HZ:
        raise BadAudio(
            f"Sample rate {declared.sample_rate_hz} is not supported",
            "LINEAR16_PCM comes at 8000, 16000 or 48000 samples a second",
        )
    if not 1 <= declared.channels <= CHANNELS_MAX:
        raise BadAudio(f"{declared.channels} channels are not supported", f"1 to {CHANNELS_MAX} are")


def _probe_pcm(head: bytes, declared: AudioSpec) -> AudioSpec:
    check(declared)
    if wav.is_wav(head):
        return _probe_wav(head, declared)
    if (found := name(head)).certain:
        raise _not_as_declared(head) if found.declare else invalid(f"found {found.what}")
    if len(head) < 2 * declared.channels:
        raise invalid("found less than one sample of each channel")
    return declared


def _probe_wav(head: bytes, declared: AudioSpec) -> AudioSpec:
    if not wav.is_wav(head):
        raise _not_as_declared(head)
    header = wav.read_header(head)
    if not header.is_pcm16:
        raise invalid(f"found a WAV file ({header}); only PCM of 16 bit is taken in WAV")
    samples_begin = header.data_offset if header.data_offset is not None else len(head)
    if _is_all(head) and len(head) < samples_begin + 2 * header.channels:
        raise invalid("found a WAV file without samples")
    return AudioSpec(
        encoding=AudioEncoding.WAV, sample_rate_hz=header.sample_rate_hz, channels=header.channels
    )


def _probe_mp3(head: bytes, declared: AudioSpec) -> AudioSpec:
    tags = mp3.tags_end(head)
    if tags >= len(head) and not _is_all(head):  # the sound begins behind what we were given
        return AudioSpec(encoding=AudioEncoding.MP3, sample_rate_hz=declared.sample_rate_hz, channels=1)
    found = name(head)
    frame = mp3.find_frame(head, tags)
    if frame is None and found.declare is AudioEncoding.MP3:
        raise invalid("found tags of an MP3 file without frames behind them")
    if frame is None or (found.certain and found.declare is not AudioEncoding.MP3):
        raise _not_as_declared(head)
    return AudioSpec(encoding=AudioEncoding.MP3, sample_rate_hz=frame.sample_rate_hz, channels=frame.channels)


def _probe_any(head: bytes, declared: AudioSpec) -> AudioSpec:
    found = name(head)
    if found.declare is None:
        raise invalid(f"found {found.what}")
    wav_declared = found.declare is AudioEncoding.LINEAR16_PCM  # headerless samples are no file of any kind
    encoding = AudioEncoding.WAV if wav_declared else found.declare
    return _PROBES[encoding](head, replace(declared, encoding=encoding))


_PROBES: dict[AudioEncoding, Callable[[bytes, AudioSpec], AudioSpec]] = {
    AudioEncoding.OGG_OPUS: _probe_ogg_opus,
    AudioEncoding.LINEAR16_PCM: _probe_pcm,
    AudioEncoding.WAV: _probe_wav,
    AudioEncoding.MP3: _probe_mp3,
    AudioEncoding.ANY: _probe_any,
}
assert set(_PROBES) == set(AudioEncoding)  # a new encoding cannot be forgotten here
