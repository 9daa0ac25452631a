"""Words, speakers, waveform, recording, exports."""

import base64
import io
import json
import zipfile
from typing import Any

import docx
import pytest

from tests.extensions.running import PCM, V1, Client, sound
from tests.tiny.recogniser import DOUBTFUL


@pytest.fixture(scope="module")
def two_channels(service: Any) -> dict[str, Any]:
    """An operation of two channels."""
    return dict(service.alice.done([5, 0, 7], channels=2, name="Звонок <b>&7</b>"))


def test_a_transcript_has_words_times_and_true_confidences(
    alice: Client, two_channels: dict[str, Any]
) -> None:
    found = alice.get(f"{V1}/operations/{two_channels['id']}/transcript").json()
    assert (found["channels"], found["audioSeconds"], found["language"]) == (2, 3, "ru-RU")
    words = [(each["channel"], word["word"]) for each in found["utterances"] for word in each["words"]]
    assert sorted(words) == [(1, "0"), (1, "5"), (1, "7"), (2, "1"), (2, "6"), (2, "8")]
    first = found["utterances"][0]
    assert first["words"][0] == {"word": "5", "start": 0, "end": 0.5, "confidence": 0.5}
    assert first["alternatives"] == [{"text": "5", "probability": None}]
    assert "speaker" not in first


def test_other_readings_are_told_to_who_asks_for_them(alice: Client) -> None:
    identity = alice.done([DOUBTFUL, 5])["id"]
    one = f"{V1}/operations/{identity}"
    taken = {"text": "16000", "probability": 0.75}
    first = alice.get(f"{one}/transcript", params={"alternatives": 3}).json()["utterances"][0]
    assert first["alternatives"] == [taken, {"text": "иначе", "probability": 0.25}]
    alone = alice.get(f"{one}/transcript").json()["utterances"][0]
    assert alone["alternatives"] == [taken]
    assert "иначе" not in alice.get(f"/operations/{identity}").text
    assert "иначе" not in alice.get(f"{one}/export", params={"format": "v3"}).text
    for wrong in ("0", "9", "x"):
        assert alice.get(f"{one}/transcript", params={"alternatives": wrong}).status_code == 400


def test_there_is_no_transcript_of_what_is_not_done_or_failed(alice: Client) -> None:
    failed = alice.ended(alice.submitted([14_000])["id"])
    for path in ("transcript", "export?format=txt"):
        answer = alice.get(f"{V1}/operations/{failed['id']}/{path}")
        assert (answer.status_code, answer.json()["message"]) == (400, "this clip cannot be heard")
    unknown = alice.get(f"{V1}/operations/e0300000000000000000/transcript")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 5)


def test_speakers_have_names_in_every_file_for_people(alice: Client) -> None:
    identity = alice.done([5, 6], channels=2, name="names")["id"]
    one = f"{V1}/operations/{identity}"
    before = alice.get(one).json()
    assert alice.put(f"{one}/speakers", json={"1": "Анна", "2": " "}).json() == {"1": "Анна"}
    after = alice.get(one).json()
    assert after["speakers"] == {"1": "Анна"}
    assert after["version"] != before["version"]
    spoken = alice.get(f"{one}/transcript").json()["utterances"][0]
    assert (spoken["speaker"], spoken["channel"]) == ("Анна", 1)
    for name in ("txt", "srt", "vtt"):
        assert "Анна: 5" in alice.get(f"{one}/export", params={"format": name}).text
    assert alice.put(f"{one}/speakers", json={}).json() == {}
    assert alice.get(one).json()["version"] == before["version"]


@pytest.mark.parametrize(
    "body",
    [[], "Anna", {"0": "x"}, {"1": 7}, {"1": "x" * 101}, {"1": "a\nb"}, {str(n): "x" for n in range(1, 40)}],
)
def test_wrong_names_of_speakers_are_refused(alice: Client, two_channels: dict[str, Any], body: Any) -> None:
    answer = alice.put(f"{V1}/operations/{two_channels['id']}/speakers", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_a_waveform_has_peaks_and_speech_of_each_channel(alice: Client, two_channels: dict[str, Any]) -> None:
    identity = alice.done([25_600, 0, 12_800], channels=2)["id"]
    drawn = alice.get(f"{V1}/operations/{identity}/waveform").json()
    assert drawn["audioSeconds"] == 3
    first, second = drawn["channels"]
    assert first["peaks"] == [200] * 20 + [0] * 20 + [100] * 20
    assert len(second["peaks"]) == 60
    assert first["speech"] == second["speech"] == [[0, 1], [1, 2], [2, 3]]


def test_the_recording_can_be_had_whole_and_in_ranges(alice: Client) -> None:
    content = sound([1, 2])
    identity = alice.done([1, 2])["id"]
    one = f"{V1}/operations/{identity}/audio"
    whole = alice.get(one)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, content, "bytes")
    assert "sandbox" in whole.headers["content-security-policy"]
    for asked, first, last in (
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, 32_000),
        ("bytes=-5", 31_995, 32_000),
    ):
        part = alice.get(one, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, content[first:last])
        assert part.headers["content-range"] == f"bytes {first}-{last - 1}/32000"
    assert alice.get(one, headers={"Range": "bytes=40000-"}).status_code == 416


def test_a_recording_that_is_not_here_says_why(alice: Client) -> None:
    body = {
        "content": base64.b64encode(sound([1])).decode(),
        "recognitionModel": {
            "audioFormat": {
                "rawAudio": {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 8000, "audioChannelCount": 1}
            }
        },
    }
    accepted = alice.post("/stt/v3/recognizeFileAsync", json=body).json()
    assert alice.ended(accepted["id"])["audio"] is False
    answer = alice.get(f"{V1}/operations/{accepted['id']}/audio")
    assert answer.status_code == 404
    assert "inside its request" in json.dumps(answer.json())
    exported = alice.get(f"{V1}/operations/{accepted['id']}/export", params={"format": "json"}).json()
    assert exported["response"]["chunks"]
    gone = alice.done([1])
    uploads = alice.get(f"{V1}/operations/{gone['id']}").json()
    assert uploads["audio"] is True


def test_exports_are_what_they_are_called(alice: Client, two_channels: dict[str, Any]) -> None:
    one = f"{V1}/operations/{two_channels['id']}/export"

    def had(name: str) -> Any:
        answer = alice.get(one, params={"format": name})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].startswith('attachment; filename="')
        assert answer.headers["x-content-type-options"] == "nosniff"
        return answer

    assert had("txt").text.splitlines()[0] == "1: 5."
    assert had("srt").text.startswith("1\n00:00:00,000 --> ")
    assert had("vtt").text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    v2 = had("json").json()
    assert v2 == alice.get(f"/operations/{two_channels['id']}").json()
    events = [json.loads(line)["result"] for line in had("v3").text.splitlines()]
    assert [next(iter(event.keys() & {"final", "finalRefinement", "eouUpdate"})) for event in events[:3]] == [
        "final",
        "finalRefinement",
        "eouUpdate",
    ]
    document = docx.Document(io.BytesIO(had("docx").content))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs[0] == "Звонок <b>&7</b>"
    assert paragraphs[1] == "00:00:00 1: 5."
    assert document.core_properties.title == "Звонок <b>&7</b>"
    assert zipfile.ZipFile(io.BytesIO(had("docx").content)).testzip() is None
    name = had("docx").headers["content-disposition"]
    assert "filename*=UTF-8''%D0%97" in name
    assert not set("<>\r\n/\\") & set(name)
    assert alice.get(one, params={"format": "pdf"}).status_code == 400
    assert alice.get(one).status_code == 400


def test_the_service_tells_who_calls_what_serves_and_what_was_used(alice: Client) -> None:
    before = alice.get(f"{V1}/usage", params={"days": 2}).json()
    alice.done([1, 2, 3], channels=2)
    after = alice.get(f"{V1}/usage", params={"days": 2}).json()
    assert len(after["days"]) == 2
    assert after["total"]["operations"] == before["total"]["operations"] + 1
    assert after["total"]["audioSeconds"] == before["total"]["audioSeconds"] + 6
    assert after["days"][-1]["failures"] == before["days"][-1]["failures"]
    assert alice.get(f"{V1}/usage", params={"days": 0}).status_code == 400
    me = alice.get(f"{V1}/me").json()
    assert (me["folder"], me["auth"]) == ("b1galice000000000000", "keys")
    models = {each["language"]: each for each in alice.get(f"{V1}/models").json()["models"]}
    assert models["ru-RU"]["quality"] == "embedded"
    assert models["ru-RU"]["command"] == "govor models pull gigaam-v3-ctc"
    assert models["kk-KZ"]["quality"] == "missing"


def test_an_upload_can_be_played_after_it_was_declared(alice: Client) -> None:
    wav = b"RIFF" + (36 + 16_000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    wav += b"\x01\x00\x01\x00" + (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little")
    wav += b"\x02\x00\x10\x00data" + (16_000).to_bytes(4, "little") + sound([300])
    upload = alice.post(f"{V1}/uploads", params={"name": "a.wav"}, content=wav).json()
    operation = alice.post(f"{V1}/transcriptions", json={"uploadId": upload["id"], **PCM}).json()
    assert alice.get(f"{V1}/operations/{operation['id']}/audio").headers["content-type"] == "audio/wav"
