"""The table of results in models/ru-small/MODEL_CARD.md, from results.json.

    python -m training.card [--model DIR]

Replaces what stands between the two marks in MODEL_CARD.md.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from training.paths import REPOSITORY

BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
NAMES = {
    "synthetic_voice": "synthetic, a voice never trained on (RHVoice Elena), running sentences",
    "human_studio_all": "human, studio, speaker and texts never trained on (festvox-ru)",
    "human_studio": "200 of them, with which earlier models were measured",
    "voxforge_test": "human, VoxForge, many microphones, speakers and texts never trained on",
    "telephone_prompts": "human, telephone prompts of one speaker, 1.5 s and longer",
    "espeak_variants": "synthetic, espeak-ng variants never trained on",
    "festival": "synthetic, an engine never trained on (festival)",
    "synthetic_dev": "*development:* synthetic, trained voices, new texts",
    "voxforge_dev": "*development:* VoxForge, new texts by trained speakers, mostly short",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=REPOSITORY / "models" / "ru-small")
    folder = parser.parse_args().model
    results = json.loads((folder / "results.json").read_text())
    card = folder / "MODEL_CARD.md"
    before, rest = card.read_text().split(BEGIN)
    card.write_text(before + BEGIN + table(results) + END + rest.split(END)[1])


def table(results: dict[str, Any]) -> str:
    """Markdown: one row a set."""
    rows = [
        "| set (utterances, minutes) | words | WER [95 %] | S/D/I | CER | greedy WER/CER | calibration |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [row(NAMES[name], results[name]) for name in NAMES if name in results]
    return "\n".join(rows) + "\n"


def row(name: str, result: dict[str, Any]) -> str:
    """One set."""
    best, greedy = result["lm"], result["greedy"]
    low, high = best["wer_95"]
    cells = [
        f"{name} ({result['utterances']}, {result['audio_minutes']:.0f})",
        f"{best['words']:,}",
        f"**{best['wer']:.1f}** [{low}, {high}]",
        f"{best['substitutions']} / {best['deletions']} / {best['insertions']}",
        f"{best['cer']:.1f}",
        f"{greedy['wer']:.1f} / {greedy['cer']:.1f}",
        f"{result['calibration_error']:.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
