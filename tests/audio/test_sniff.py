"""What was declared against what is there."""

import pytest

from govor.audio import ogg, sniff
from govor.errors import BadAudio
from govor.records import AudioEncoding, AudioSpec
from tests.audio import recordings
from tests.audio.recordings import damaged, encode, join, mp3, ogg_page, opus, pages, tone, wav

MONO, STEREO = tone(0.3), tone(0.3, (440, 880))
OPUS_FILE, MP3_FILE = opus(STEREO), mp3(tone(0.3, (440,), 44_100))
WAV_FILE = wav(tone(0.3, (440,), 16_000), 16_000)
ID3 = b"ID3\x04\0\0\0\0\0\x10" + bytes(16)
LPCM = tone(0.3)[0].tobytes()
VORBIS, SPEEX = b"\x01vorbis" + bytes(23), b"Speex   " + bytes(72)


def spec(encoding: AudioEncoding, rate_hz: int = 48_000, channels: int = 1) -> AudioSpec:
    return AudioSpec(encoding=encoding, sample_rate_hz=rate_hz, channels=channels)


def in_ogg(packet: bytes) -> bytes:
    return join([ogg_page(ogg.FIRST, 0, 1, 0, [packet])])


OPUS, PCM = AudioEncoding.OGG_OPUS, AudioEncoding.LINEAR16_PCM
MP3, WAV = AudioEncoding.MP3, AudioEncoding.WAV


@pytest.mark.parametrize(
    ("head", "declared", "expected"),
    [
        (OPUS_FILE, spec(OPUS), spec(OPUS, 48_000, 2)),
        (opus(MONO, b="12k", application="voip"), spec(OPUS, 8_000, 2), spec(OPUS)),
        (opus(tone(0.3, [440.0] * 6), mapping_family="1"), spec(OPUS), spec(OPUS, 48_000, 6)),
        (in_ogg(b"fishead\0" + bytes(56)) + OPUS_FILE, spec(OPUS), spec(OPUS, 48_000, 2)),
        (MP3_FILE, spec(MP3), spec(MP3, 44_100)),
        (WAV_FILE, spec(WAV), spec(WAV, 16_000)),
        (wav(STEREO, 44_100), spec(WAV), spec(WAV, 44_100, 2)),
        (LPCM, spec(PCM), spec(PCM)),
        (LPCM[:3], spec(PCM, 8_000), spec(PCM, 8_000)),
        (LPCM, spec(PCM, 16_000, 2), spec(PCM, 16_000, 2)),
        (bytes(2), spec(PCM), spec(PCM)),
        (WAV_FILE, spec(PCM, 48_000, 2), spec(WAV, 16_000)),  # the header is believed
        (wav(STEREO, 44_100), spec(PCM), spec(WAV, 44_100, 2)),
        (MP3_FILE[64:164], spec(PCM), spec(PCM)),  # one frame header may be chance
    ],
)
def test_what_was_declared_is_there(head: bytes, declared: AudioSpec, expected: AudioSpec) -> None:
    assert sniff.probe(head, declared) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (OPUS_FILE, spec(OPUS, 48_000, 2)),
        (MP3_FILE, spec(MP3, 44_100)),
        (WAV_FILE, spec(WAV, 16_000)),
    ],
)
def test_undeclared_is_what_the_first_bytes_say(head: bytes, expected: AudioSpec) -> None:
    assert sniff.probe(head, spec(AudioEncoding.ANY)) == expected


@pytest.mark.parametrize("head", [LPCM, b"", in_ogg(VORBIS), b"\x1aE\xdf\xa3webm"])
def test_undeclared_that_nothing_names_is_refused(head: bytes) -> None:
    with pytest.raises(BadAudio, match="Invalid audio received"):
        sniff.probe(head, spec(AudioEncoding.ANY))


FOREIGN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "an empty file"),
    "WebM": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm", "WebM"),
    "Matroska": (encode(MONO, container="matroska"), "Matroska"),
    "Vorbis": (in_ogg(VORBIS), "Vorbis in Ogg"),
    "Speex": (in_ogg(SPEEX), "Speex in Ogg"),
    "FLAC in Ogg": (in_ogg(b"\x7fFLAC\x01\0"), "FLAC in Ogg"),
    "video beside Vorbis": (in_ogg(b"\x80theora") + in_ogg(VORBIS), "Theora video and Vorbis in Ogg"),
    "unknown in Ogg": (in_ogg(b"????"), "an unknown codec in Ogg"),
    "FLAC": (encode(MONO, container="flac", codec="flac"), "FLAC"),
    "FLAC with a tag": (ID3 + encode(MONO, container="flac", codec="flac"), "FLAC behind an ID3 or APE tag"),
    "M4A": (encode(MONO, container="ipod", codec="aac"), "M4A/MP4"),
    "AMR": (b"#!AMR\n\x3c", "AMR"),
    "AAC": (encode(MONO, container="adts", codec="aac"), "AAC (ADTS)"),
    "AIFF": (b"FORM\0\0\0\0AIFFCOMM", "AIFF"),
    "A-law": (wav(MONO, 8_000, tag=6, bits=8), "a WAV file (A-law, 8 bit, 1 channel(s), 8000 Hz)"),
    "HTML": (b"\n<!DOCTYPE html><html>", "an HTML page"),
    "XML": (b'<?xml version="1.0"?><Error><Code>NoSuchKey', "an XML document"),
    "JSON": (b'{"error": "no such key"}', "a JSON document"),
    "playlist": (b"ffconcat version 1.0\nfile 'neighbour.ogg'\n", "a playlist"),
    "m3u": (b"#EXTM3U\nhttp://127.0.0.1/secret\n", "a playlist"),
    "Russian text": ("Это не запись, а текст".encode(), "text"),
    "text with a mark": ("\ufeffЭто не запись".encode(), "text"),
    "ZIP": (b"PK\x03\x04\x14\0", "a ZIP archive"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
}


@pytest.mark.parametrize("declared", [OPUS, MP3, WAV])
@pytest.mark.parametrize(("head", "what"), FOREIGN.values(), ids=FOREIGN)
def test_what_nobody_takes_is_named_and_mended(head: bytes, what: str, declared: AudioEncoding) -> None:
    with pytest.raises(BadAudio) as caught:
        sniff.probe(head, spec(declared))
    assert caught.value.message == "Invalid audio received"
    assert caught.value.detail.startswith(f"found {what}")
    assert "mend it with: ffmpeg -i INPUT -c:a libopus -b:a 65536 OUTPUT.ogg" in caught.value.detail


@pytest.mark.parametrize("name", [name for name in FOREIGN if name != "AAC"])
def test_pcm_is_refused_where_it_is_surely_something_else(name: str) -> None:
    with pytest.raises(BadAudio):
        sniff.probe(FOREIGN[name][0], spec(PCM))


@pytest.mark.parametrize(
    ("head", "declared", "says"),
    [
        (MP3_FILE, OPUS, "found MP3; declare it as MP3"),
        (MP3_FILE, WAV, "found MP3; declare it as MP3"),
        (MP3_FILE, PCM, "found MP3; declare it as MP3"),
        (MP3_FILE[45:], PCM, "found MP3; declare it as MP3"),  # without its tag: four frames in a row
        (bytes(100) + MP3_FILE[45:], OPUS, "found MP3; declare it as MP3"),
        (WAV_FILE, OPUS, "declare it as LINEAR16_PCM"),
        (WAV_FILE, MP3, "declare it as LINEAR16_PCM"),
        (OPUS_FILE, MP3, "found Opus in Ogg; declare it as OGG_OPUS"),
        (OPUS_FILE, WAV, "found Opus in Ogg; declare it as OGG_OPUS"),
        (OPUS_FILE, PCM, "found Opus in Ogg; declare it as OGG_OPUS"),
        (OPUS_FILE[:40], OPUS, "first page is damaged, missing or cut short"),
        (damaged(OPUS_FILE, 0, 0), OPUS, "first page is damaged, missing or cut short"),
        (join(pages(OPUS_FILE)[1:]), OPUS, "first page is damaged, missing or cut short"),
        (join(pages(OPUS_FILE)[:2]), OPUS, "an Opus header without sound"),
        (LPCM, OPUS, "data of no known kind"),
        (LPCM, MP3, "data of no known kind"),
        (LPCM, WAV, "data of no known kind"),
        (b"\0", PCM, "less than one sample"),
        (WAV_FILE[:44], PCM, "a WAV file without samples"),
        (WAV_FILE[:45], WAV, "a WAV file without samples"),
        (WAV_FILE[:30], WAV, "a WAV file without a format chunk"),
        (wav(MONO, 48_000, bits=24), PCM, "only PCM of 16 bit is taken in WAV"),
        (ID3, MP3, "tags of an MP3 file without frames"),
    ],
)
def test_what_was_declared_wrongly_says_so(head: bytes, declared: AudioEncoding, says: str) -> None:
    with pytest.raises(BadAudio, match="Invalid audio received") as caught:
        sniff.probe(head, spec(declared))
    assert says in caught.value.detail


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (spec(PCM, 44_100), "Sample rate 44100 is not supported"),
        (spec(PCM, 0), "Sample rate 0 is not supported"),
        (spec(PCM, 8_000, 0), "0 channels are not supported"),
        (spec(PCM, 8_000, 9), "9 channels are not supported"),
    ],
)
def test_pcm_of_other_shapes_is_refused(declared: AudioSpec, message: str) -> None:
    with pytest.raises(BadAudio, match=message):
        sniff.probe(LPCM, declared)


def test_an_mp3_behind_a_long_picture_is_left_to_the_decoder() -> None:
    picture = b"ID3\x04\0\0\0\x7f\x7f\x7f" + bytes(sniff.HEAD_BYTES)
    assert sniff.probe(picture[: sniff.HEAD_BYTES], spec(MP3)).encoding is MP3


def test_a_long_comment_before_the_sound_is_no_reason_to_refuse() -> None:
    tags = recordings.ogg_page(0, 0, 7, 1, [b"OpusTags" + bytes(65_000 - 300)])
    head_page = recordings.pages(recordings.repeated(1, packet=b"\x08", packet_ms=20))[0]
    head = join([head_page, tags, tags])[: sniff.HEAD_BYTES]
    assert sniff.probe(head, spec(OPUS)) == spec(OPUS)
