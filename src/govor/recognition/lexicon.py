"""Known words as a prefix tree in flat arrays. No I/O.

Node 0 is the root, the last node is `lost`: it has no children and is the child wherever a letter leads
out of the tree. The children of a node follow each other in letter order, so a 64-bit mask of letters and
the number of the first child say where each is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition.language_model import NATS, UNKNOWN, ZERO_CODE, Codes, Floats, Ids

ROOT = 0
LETTERS_MAX = 63  # they are bits of a 64-bit mask, numbered from 1
WORD_LETTERS_MAX = 40  # the longest Russian words of any text have 35 or so

Letters = NDArray[np.uint8]  # [words, longest word], letter numbers from 1, 0 after the end


@dataclass(frozen=True, kw_only=True, slots=True)
class PrefixTree:
    """Every array has one entry for each node."""

    masks: NDArray[np.uint64]  # bit `letter` is set where that child exists
    first_children: NDArray[np.int32]
    words: NDArray[np.int32]  # id in the language model, -1 where no word ends
    shares: Codes  # log p(this word | its id) in 8 bits: 0, or less where many rare words share one id
    best: Floats  # the best log p(id) + share among the words of the subtree

    @property
    def lost(self) -> int:
        """The node of everything that is not in the tree."""
        return len(self.masks) - 1

    def children(self, nodes: NDArray[np.int64], letters: NDArray[np.int64]) -> NDArray[np.int64]:
        """The child of each node by a letter, `lost` where there is none."""
        masks, bits = self.masks.take(nodes), np.left_shift(np.uint64(1), letters.astype(np.uint64))
        places = self.first_children.take(nodes) + np.bitwise_count(masks & (bits - np.uint64(1)))
        return np.where(masks & bits, places, self.lost)


def letters_of(words: Sequence[str], alphabet: str) -> Letters:
    """Words → letter numbers; ValueError when a word has a letter outside the alphabet."""
    number = np.zeros(0x10000, np.uint8)
    number[[ord(letter) for letter in alphabet]] = np.arange(1, len(alphabet) + 1)
    code_points = np.array(words, dtype=f"<U{WORD_LETTERS_MAX}").view(np.uint32).reshape(len(words), -1)
    letters = number[code_points]
    if np.any((letters == 0) & (code_points != 0)):
        raise ValueError("a word has a letter outside the alphabet")
    return letters[:, : max(1, int(np.count_nonzero(letters, axis=1).max()))]


def prefix_tree(letters: Letters, ids: Ids, shares: Codes, unigram_nats: Floats) -> PrefixTree:
    """Build the tree of sorted distinct words (as `letters_of` gives them) with their ids and shares."""
    levels = list(tree_levels(letters))
    sizes = [1, *(len(level.rows) for level in levels)]
    offsets = np.cumsum([0, *sizes])
    nodes = int(offsets[-1]) + 1
    tree = PrefixTree(
        masks=np.zeros(nodes, np.uint64),
        first_children=np.zeros(nodes, np.int32),
        words=np.full(nodes, -1, np.int32),
        shares=np.full(nodes, ZERO_CODE, np.uint8),
        best=np.full(nodes, -np.inf, np.float32),
    )
    for depth, level in enumerate(levels):
        attach(tree, level, int(offsets[depth]), int(offsets[depth + 1]), letters[:, depth])
        ends = int(offsets[depth + 1]) + np.flatnonzero(level.ends)
        rows = level.rows[level.ends]
        tree.words[ends], tree.shares[ends] = ids[rows], shares[rows]
        tree.best[ends] = unigram_nats[ids[rows]] + NATS[shares[rows]]
    for depth in reversed(range(len(levels))):
        parents = int(offsets[depth]) + levels[depth].parents
        below = tree.best[offsets[depth + 1] : offsets[depth + 2]]
        np.maximum.at(tree.best, parents, below)
    tree.words[tree.lost] = UNKNOWN
    tree.best[tree.lost] = unigram_nats[UNKNOWN]
    return tree


@dataclass(frozen=True, slots=True)
class Level:
    """The nodes of one depth, in order."""

    rows: Ids  # the first word of each node's subtree
    parents: Ids  # position within the level above
    ends: NDArray[np.bool_]  # the first word is exactly this long


def tree_levels(letters: Letters) -> Iterator[Level]:
    """Depth 1, 2 …: a node begins where a sorted word differs from the one before it within its depth."""
    shared, lengths = extents(letters)
    above = np.zeros(len(letters), np.int64)  # each word's node at the level above, by position
    for depth in range(1, letters.shape[1] + 1):
        starts = (shared < depth) & (lengths >= depth)
        rows = np.flatnonzero(starts)
        if len(rows):
            yield Level(rows, above[rows], lengths[rows] == depth)
        above = np.cumsum(starts) - 1


def attach(tree: PrefixTree, level: Level, parents_at: int, nodes_at: int, letters: Letters) -> None:
    """Link the nodes of a level from above."""
    parents, letter = parents_at + level.parents, letters[level.rows].astype(np.int64)
    np.bitwise_or.at(tree.masks, parents, np.left_shift(np.uint64(1), letter.astype(np.uint64)))
    first = np.flatnonzero(np.r_[True, np.diff(level.parents) > 0])
    tree.first_children[parents[first]] = nodes_at + first


def extents(letters: Letters) -> tuple[Ids, Ids]:
    """For each of the sorted words, how many letters it shares with the word before, and how many it has."""
    lengths = np.count_nonzero(letters, axis=1)
    shared = np.zeros(len(letters), np.int64)
    alike = np.ones(len(letters) - 1, bool)
    for place in range(letters.shape[1]):
        alike &= (letters[1:, place] == letters[:-1, place]) & (letters[1:, place] != 0)
        shared[1:] += alike
    return shared, lengths
