"""Names what a file is by its first bytes, for people who declared something else. Pure."""

from dataclasses import dataclass

from govor.audio import mp3, ogg, wav
from govor.errors import BadAudio
from govor.records import AudioEncoding

# Four frames in a row are never chance: before we tell a caller that what was declared as PCM is MP3.
MP3_FRAMES_TO_CONTRADICT = 4
TEXT_BYTES_MAX = 4_096  # enough to tell text from sound
TEXT_BYTES_MIN = 8  # a few samples of PCM may look like letters


@dataclass(frozen=True, slots=True)
class Found:
    """What it is; the encoding to declare for it, if we take it; and is the evidence beyond chance?"""

    what: str
    declare: AudioEncoding | None = None
    certain: bool = True


NOTHING_KNOWN = Found("data of no known kind", certain=False)

# offset, magic, name
_MAGIC = (
    (0, b"fLaC", "FLAC"),
    (4, b"ftyp", "M4A/MP4"),
    (0, b"#!AMR", "AMR"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA/ASF"),
    (0, b"caff", "Apple CAF"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (8, b"AVI ", "AVI"),
    (0, b".snd", "Sun/NeXT audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b\x08", "a gzip archive"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
)

_OGG_CODECS = (
    (b"OpusHead", "Opus"),
    (b"\x01vorbis", "Vorbis"),
    (b"Speex   ", "Speex"),
    (b"\x7fFLAC", "FLAC"),
    (b"\x80theora", "Theora video"),
    (b"fishead\x00", "a skeleton"),
)

_TEXTS = (
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("<?xml", "an XML document, perhaps the storage's error message"),
    ("<", "an XML document, perhaps the storage's error message"),
    ("{", "a JSON document"),
    ("[", "a JSON document"),
    ("ffconcat", "a playlist"),
    ("#extm3u", "a playlist"),
)


def name(head: bytes) -> Found:
    """What the first bytes of a file say it is."""
    if not head:
        return Found("an empty file")
    if head.startswith(ogg.CAPTURE):
        return _ogg(head)
    if wav.is_wav(head):
        return _wav(head)
    if head.startswith(b"\x1aE\xdf\xa3"):
        return Found("WebM" if b"webm" in head[:64] else "Matroska")
    for offset, magic, what in _MAGIC:
        if head.startswith(magic, offset):
            return Found(what)
    return _mp3(head) or _text(head) or _weak(head)


def _ogg(head: bytes) -> Found:
    """The codecs of the streams that begin in an Ogg file."""
    codecs = []
    for page in ogg.PageReader().feed(head):
        if page.first:
            known = (codec for magic, codec in _OGG_CODECS if page.body.startswith(magic))
            codecs.append(next(known, "an unknown codec"))
    if not codecs:
        return Found("an Ogg file whose first page is damaged, missing or cut short", certain=False)
    declare = AudioEncoding.OGG_OPUS if "Opus" in codecs else None
    return Found(f"{' and '.join(codecs)} in Ogg", declare)


def _wav(head: bytes) -> Found:
    """A WAV file and its codec."""
    try:
        header = wav.read_header(head)
    except BadAudio as error:
        return Found(error.detail.removeprefix("found "))
    return Found(f"a WAV file ({header})", AudioEncoding.LINEAR16_PCM if header.is_pcm16 else None)


def _mp3(head: bytes) -> Found | None:
    """MP3 frames at once, or whatever comes behind the tags and zeros that MP3 files begin with."""
    tags = mp3.tags_end(head)
    start = tags + len(head[tags:]) - len(head[tags:].lstrip(b"\0"))
    frames, _ = mp3.frames_in_a_row(head, start, most=MP3_FRAMES_TO_CONTRADICT)
    if tags >= len(head) or frames == MP3_FRAMES_TO_CONTRADICT:
        return Found("MP3", AudioEncoding.MP3)
    if tags:
        behind = name(head[start:])
        if behind.declare is AudioEncoding.MP3 or (behind is NOTHING_KNOWN and mp3.find_frame(head, start)):
            return Found("MP3", AudioEncoding.MP3)
        return Found(f"{behind.what} behind an ID3 or APE tag", behind.declare)
    return Found("MP3", AudioEncoding.MP3, certain=False) if frames else None


def _text(head: bytes) -> Found | None:
    """Printable characters only; what they say is not repeated."""
    piece = head[:TEXT_BYTES_MAX]
    text = piece.decode("utf-8", errors="ignore").lstrip("\ufeff")
    if len(text.encode()) < len(piece) - 6:  # a byte order mark, and a character cut at the end
        return None
    if not all(character.isprintable() or character in "\t\n\r\f" for character in text):
        return None
    start = text.lstrip().lower()
    what = next((what for prefix, what in _TEXTS if start.startswith(prefix)), "text")
    return Found(what, certain=len(piece) >= TEXT_BYTES_MIN)


def _weak(head: bytes) -> Found:
    """Marks of two bytes, which chance makes, too."""
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return Found("AAC (ADTS)", certain=False)
    if head.startswith(b"\x0b\x77"):
        return Found("AC-3", certain=False)
    return NOTHING_KNOWN
