"""Speak texts with espeak-ng: many variants of its Russian voices, random rate and pitch.

    python -m training.synthesise [--hours H]

reads speak.txt of training/texts.py and writes the corpus `espeak`. Half of the utterances are roughened as
waves. HELD_OUT variants are only used by training/evaluate.py.
"""

import argparse
import subprocess
from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray

from training import corpus, features
from training.paths import corpora_dir, text_dir

SEED = 1337
HELD_OUT = ["f4", "m7", "steph", "Denis"]
VARIANTS = """
    m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f5 klatt klatt2 klatt3 klatt4 klatt5 klatt6 Alex Alicia Andrea Andy Diogo
    Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen RicishayMax RicishayMax2 Storm adam
    anika antonio aunty belinda benjamin boris caleb david ed edward f3 f5 gustave iven iven2 iven3 john linda
    marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby steph2 steph3 travis
    victor zac
""".split()  # noqa: SIM905
WAVE_HEADER_BYTES = 44


def spoken(text: str, voice: str, *, words_a_minute: int, pitch: int) -> features.Wave:
    """One utterance: mono 8 kHz wave, -1..1."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-p", str(pitch), "--stdout", text]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    rate_hz = int.from_bytes(output[24:28], "little")
    samples: NDArray[np.int16] = np.frombuffer(output[WAVE_HEADER_BYTES:], "<i2")
    return features.at_8_khz(samples, rate_hz)


def utterances(hours: float) -> Iterator[corpus.Piece]:
    """Speak lines of speak.txt until there are enough hours."""
    random = np.random.default_rng(SEED)
    texts = (text_dir() / "speak.txt").read_text().splitlines()
    frames = 0
    for number in count():
        if frames > hours * 360_000 or number == len(texts):
            return
        text = texts[number]
        language = "ru-lv" if random.random() < 0.12 else "ru"
        variant = VARIANTS[int(random.integers(len(VARIANTS)))]
        rate, pitch = int(random.integers(120, 240)), int(random.integers(15, 85))
        wave = spoken(text, f"{language}+{variant}", words_a_minute=rate, pitch=pitch)
        if len(wave) < features.RATE // 10:
            continue
        if random.random() < 0.5:
            wave = features.roughened(wave, random)
        bands = features.log_bands(wave)
        frames += len(bands)
        yield bands, "train", f"espeak-{variant}", text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=16)
    given = parser.parse_args()
    print(f"espeak: {corpus.write(corpora_dir() / 'espeak', utterances(given.hours)):.2f} h")


if __name__ == "__main__":
    main()
