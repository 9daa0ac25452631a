"""Make the recordings of this directory; needs Debian's festival, festvox-ru and espeak-ng.

The voices are programs: Festival's msu_ru_nsh_clunits (BSD-like licence) and eSpeak NG (its output is free of
its licence); the texts are ours. The person behind the Festival voice was kept out of training.
"""

import subprocess
import tempfile
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
RATE_HZ = 16_000
PAUSE_SECONDS = 0.6

GREETING = [
    "добрый день вы позвонили в городскую библиотеку",
    "мы работаем каждый день с девяти часов утра до восьми часов вечера",
    "чтобы продлить книгу назовите номер читательского билета",
]
CALL = [
    (1, "здравствуйте городская библиотека слушаю вас"),
    (2, "здравствуйте я хочу продлить книгу"),
    (1, "назовите пожалуйста вашу фамилию"),
    (2, "моя фамилия соколова"),
    (1, "хорошо книга продлена до двадцать седьмого октября"),
    (2, "большое спасибо до свидания"),
]


def festival(text: str, path: Path) -> None:
    """Speak `text` into the WAV file `path` with the Russian Festival voice."""
    subprocess.run(
        ["text2wave", "-eval", "(voice_msu_ru_nsh_clunits)", "-F", str(RATE_HZ), "-o", str(path)],
        input=text.encode(),
        check=True,
    )


def espeak(text: str, path: Path) -> None:
    """Speak `text` into the WAV file `path` with a female eSpeak NG voice."""
    subprocess.run(["espeak-ng", "-v", "ru+f3", "-s", "140", "-w", str(path), text], check=True)


def spoken(text: str, voice: int) -> NDArray[np.int16]:
    """Samples of `text` at RATE_HZ, mono; voice 1 is Festival's, voice 2 eSpeak's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        (festival if voice == 1 else espeak)(text, path)
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    at = np.arange(0, len(samples), rate / RATE_HZ)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.int16)


def encode(path: Path, samples: NDArray[np.int16]) -> None:
    """Write `samples` [channels, n] as Ogg Opus, 24 kbit/s a channel."""
    layout = "stereo" if len(samples) == 2 else "mono"
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout=layout)
        stream.bit_rate = 24_000 * len(samples)
        for start in range(0, samples.shape[1], RATE_HZ):
            block = np.ascontiguousarray(samples[:, start : start + RATE_HZ].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Write greeting.ogg (one channel) and call.ogg (two channels) with their texts."""
    pause = np.zeros(int(PAUSE_SECONDS * RATE_HZ), np.int16)
    greeting = np.concatenate([np.concatenate([spoken(text, 1), pause]) for text in GREETING])
    encode(HERE / "greeting.ogg", greeting[None])
    (HERE / "greeting.txt").write_text(" ".join(GREETING) + "\n", encoding="utf-8")

    turns = [(channel, spoken(text, channel)) for channel, text in CALL]
    call = np.zeros((2, sum(len(said) + len(pause) for _, said in turns)), np.int16)
    position = 0
    for channel, said in turns:
        call[channel - 1, position : position + len(said)] = said
        position += len(said) + len(pause)
    encode(HERE / "call.ogg", call)
    lines = [" ".join(text for channel, text in CALL if channel == wanted) for wanted in (1, 2)]
    (HERE / "call.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
