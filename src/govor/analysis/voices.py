"""Whose voice is it? Speech of one channel is shared out among speakers nobody has heard before. Pure.

Rule 1: a voice is a Gaussian over cepstra. Nothing is trained beforehand: no model file, no language.
Rule 2: speech is cut into pieces of about PIECE_FRAMES; the two that are most alike are joined, again and
        again (the generalised likelihood ratio of Gish and Schmidt tells how alike two are).
Rule 3: when as many voices are left as asked for at most, every frame goes to the voice that explains it and
        its neighbours best (Viterbi), and the voices are learnt again from their frames, a few times.
Rule 4: voices that are then too much alike are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

PIECE_FRAMES = 150  # 1.5 s: long enough to know a voice a little, short enough to hold one only
PIECES_MAX = 400  # that are compared with each other; of a longer recording an even sample
PRIOR_FRAMES = 60.0  # of the recording as a whole that a voice's covariance is thought to have seen
# Nats: what joining two voices costs beyond chance, over the harmonic mean of their frames. In dialogues of
# synthetic voices one voice split in two gives up to 1.7; a man and a woman, or two programs, 2.5 and more.
SAME_VOICE = 2.1
ROUNDS = 4  # of assigning frames and learning voices
STEP_FRAMES = 5  # that have one speaker: 50 ms, less than a sound of speech
SWITCH_NATS = 60.0  # what changing the speaker between two frames costs; discourages turns of less than 0.5 s
SHARE_MIN = 0.02  # a voice with less of the speech is noise


@dataclass(frozen=True, slots=True)
class Voice:
    """Frames counted, their sum and the sum of their outer products."""

    frames: float
    total: Floats
    squares: Floats

    def __add__(self, other: "Voice") -> "Voice":
        return Voice(self.frames + other.frames, self.total + other.total, self.squares + other.squares)


def told_apart(stretches: Sequence[Floats], loud: Sequence[NDArray[np.bool_]], most: int) -> list[Labels]:
    """Cepstra of each stretch of speech → the speaker of each of its frames, 0 … most - 1.

    `loud` tells which frames count. Speakers are numbered in the order in which they first speak.
    """
    heard = [frames[mask] for frames, mask in zip(stretches, loud, strict=True)]
    pieces = [piece for frames in heard for piece in cut(frames)]
    nobody = [np.zeros(len(frames), np.int64) for frames in stretches]
    if most < 2 or sum(map(len, pieces)) < PIECE_FRAMES:
        return nobody
    everything = np.concatenate(pieces)
    prior = np.cov(everything.T) + 1e-6 * np.eye(everything.shape[1])
    voices = joined([measured(piece) for piece in sampled(pieces)], prior, most)
    while len(voices) > 1:
        for _ in range(ROUNDS):
            labels = [
                assigned(frames, mask, voices, prior) for frames, mask in zip(stretches, loud, strict=True)
            ]
            voices = learnt(stretches, loud, labels, voices)
        nats, one, other = min(
            (distance(voices[i], voices[j], prior), i, j) for i, j in combinations(range(len(voices)), 2)
        )
        if nats >= SAME_VOICE:
            return numbered(labels)
        rest = [voice for at, voice in enumerate(voices) if at not in (one, other)]
        voices = [voices[one] + voices[other], *rest]
    return nobody


def distance(one: Voice, other: Voice, prior: Floats) -> float:
    """How much less likely the frames of two voices are if they are of one."""
    cost = scatter(one + other, prior) - scatter(one, prior) - scatter(other, prior)
    numbers = len(one.total) * (len(one.total) + 3) / 2  # of a mean and a covariance
    chance = numbers / 2 * np.log(one.frames + other.frames)  # the Bayesian information criterion's price
    nats: float = (cost - chance) * (one.frames + other.frames) / (one.frames * other.frames)
    return nats


def cut(frames: Floats) -> list[Floats]:
    """Even pieces of about PIECE_FRAMES; a little more than one is one."""
    count = max(1, round(len(frames) / PIECE_FRAMES))
    return [piece for piece in np.array_split(frames, count) if len(piece)]


def sampled(pieces: Sequence[Floats]) -> list[Floats]:
    """At most PIECES_MAX of them, from all over the recording."""
    step = max(1.0, len(pieces) / PIECES_MAX)
    return [pieces[int(at * step)] for at in range(min(len(pieces), PIECES_MAX))]


def measured(frames: Floats) -> Voice:
    """The voice of some frames."""
    return Voice(float(len(frames)), frames.sum(axis=0), frames.T @ frames)


def joined(pieces: Sequence[Voice], prior: Floats, most: int) -> list[Voice]:
    """The voices that the pieces are of: at most `most`."""
    voices = list(pieces)
    costs = np.full((len(voices), len(voices)), np.inf)
    spread = np.array([scatter(voice, prior) for voice in voices])
    for index in range(len(voices)):
        fill_costs(costs, voices, spread, index, prior)
    alive = np.ones(len(voices), np.bool_)
    while alive.sum() > most:
        one, other = np.unravel_index(int(np.argmin(costs)), costs.shape)
        voices[one] = voices[one] + voices[other]
        spread[one] = scatter(voices[one], prior)
        alive[other] = False
        costs[other, :] = costs[:, other] = np.inf
        fill_costs(costs, voices, spread, int(one), prior, alive)
    total = sum(voice.frames for voice in pieces)
    kept = [voice for voice, is_alive in zip(voices, alive, strict=True) if is_alive]
    return [voice for voice in kept if voice.frames >= SHARE_MIN * total] or kept[:1]


def fill_costs(
    costs: Floats,
    voices: Sequence[Voice],
    spread: Floats,
    index: int,
    prior: Floats,
    alive: NDArray[np.bool_] | None = None,
) -> None:
    """What joining voice `index` with each other one costs, in nats; the upper triangle only."""
    others = [at for at in range(len(voices)) if at != index and (alive is None or alive[at])]
    if alive is None:
        others = [at for at in others if at > index]
    if not others:
        return
    frames = np.array([voices[at].frames for at in others]) + voices[index].frames
    totals = np.array([voices[at].total for at in others]) + voices[index].total
    squares = np.array([voices[at].squares for at in others]) + voices[index].squares
    together = scatters(frames, totals, squares, prior)
    for at, cost in zip(others, together - spread[others] - spread[index], strict=True):
        costs[min(at, index), max(at, index)] = cost


def scatter(voice: Voice, prior: Floats) -> float:
    """Half the frames times the logarithm of the covariance's determinant."""
    one = scatters(np.array([voice.frames]), voice.total[None], voice.squares[None], prior)
    return float(one[0])


def scatters(frames: Floats, totals: Floats, squares: Floats, prior: Floats) -> Floats:
    """The same for many voices at once."""
    half: Floats = frames / 2 * np.linalg.slogdet(covariances(frames, totals, squares, prior))[1]
    return half


def covariances(frames: Floats, totals: Floats, squares: Floats, prior: Floats) -> Floats:
    """Maximum likelihood, drawn to that of the recording where there are few frames."""
    means = totals / frames[:, None]
    within = squares - frames[:, None, None] * means[:, :, None] * means[:, None, :]
    drawn: Floats = (within + PRIOR_FRAMES * prior) / (frames + PRIOR_FRAMES)[:, None, None]
    return drawn


def likelihoods(frames: Floats, voices: Sequence[Voice], prior: Floats) -> Floats:
    """Log-likelihood of each frame under each voice, but for a constant: (frames, voices)."""
    columns = []
    for voice in voices:
        covariance = covariances(np.array([voice.frames]), voice.total[None], voice.squares[None], prior)[0]
        centred = frames - voice.total / voice.frames
        distance = np.einsum("ti,ti->t", centred @ np.linalg.inv(covariance), centred)
        columns.append(-0.5 * (distance + np.linalg.slogdet(covariance)[1]))
    return np.stack(columns, axis=1)


def assigned(frames: Floats, loud: NDArray[np.bool_], voices: Sequence[Voice], prior: Floats) -> Labels:
    """The cheapest way through the frames of a stretch, where changing the voice costs SWITCH_NATS."""
    if not len(frames):
        return np.zeros(0, np.int64)
    each = likelihoods(frames, voices, prior) * loud[:, None]
    gains = np.add.reduceat(each, np.arange(0, len(each), STEP_FRAMES), axis=0)
    back = np.zeros(gains.shape, np.int64)
    best = gains[0].copy()
    stay = np.arange(len(voices))
    for at in range(1, len(gains)):
        leader = int(best.argmax())
        switched = best[leader] - SWITCH_NATS > best
        back[at] = np.where(switched, leader, stay)
        best = np.where(switched, best[leader] - SWITCH_NATS, best) + gains[at]
    labels = np.zeros(len(gains), np.int64)
    labels[-1] = int(best.argmax())
    for at in range(len(gains) - 1, 0, -1):
        labels[at - 1] = back[at, labels[at]]
    return np.repeat(labels, STEP_FRAMES)[: len(frames)]


def learnt(
    stretches: Sequence[Floats],
    loud: Sequence[NDArray[np.bool_]],
    labels: Sequence[Labels],
    voices: Sequence[Voice],
) -> list[Voice]:
    """Voices from the frames that were assigned to them; one without any stays as it was."""
    made = []
    for number, voice in enumerate(voices):
        own = [
            frames[mask & (label == number)]
            for frames, mask, label in zip(stretches, loud, labels, strict=True)
        ]
        frames = np.concatenate(own)
        made.append(measured(frames) if len(frames) else voice)
    return made


def numbered(labels: Sequence[Labels]) -> list[Labels]:
    """The same speakers, in the order in which they first speak."""
    order: dict[int, int] = {}
    for stretch in labels:
        for label in stretch[np.r_[True, stretch[1:] != stretch[:-1]]] if len(stretch) else ():
            order.setdefault(int(label), len(order))
    return [np.array([order[int(label)] for label in stretch], np.int64) for stretch in labels]
