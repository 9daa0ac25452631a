"""Greedy character error rates on the development splits, while training runs."""

import torch

from govor.recognition.word_alignment import distance
from training import augment
from training.alphabet import decode_greedy
from training.corpus import Corpus, Utterance, read
from training.model import Recogniser
from training.paths import corpora_dir

UTTERANCES = 60  # of each corpus: half a second of work


def error_rates(model: Recogniser, prefix: str = "") -> dict[str, float]:
    """Character error rate of every corpus that has a development split."""
    rates = {}
    for name in ("voxforge", "synthetic"):
        corpus = read(corpora_dir() / name)
        rates[f"{prefix}dev_{name}"] = round(character_error_rate(model, corpus, corpus.split("dev")), 4)
    return rates


def character_error_rate(model: Recogniser, corpus: Corpus, utterances: list[Utterance]) -> float:
    """Edits per character over some of the utterances, spread over all."""
    chosen = utterances[:: max(1, len(utterances) // UTTERANCES)]
    edits = sum(distance(one.text, greedy(model, corpus, one)) for one in chosen)
    return edits / sum(len(one.text) for one in chosen)


@torch.no_grad()
def greedy(model: Recogniser, corpus: Corpus, utterance: Utterance) -> str:
    """The best symbol of every step, spelled."""
    features = torch.from_numpy(augment.plain(corpus.bands(utterance)).T.copy())[None]
    log_probs, _ = model(features, torch.tensor([features.shape[2]]))
    return decode_greedy(log_probs[0].argmax(1).tolist())
