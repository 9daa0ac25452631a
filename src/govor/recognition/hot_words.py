"""Hot words: phrases that a caller expects, raised in the beam. No I/O.

An automaton (Aho and Corasick, 1975) reads the letters of a hypothesis, a space before and after each word.
Each node is the longest end of the text that a phrase begins with.

Rule 1: a phrase is worth what lifts its words, rare or in no list at all, to the price of common ones.
Rule 2: a phrase begun is given its share of that letter by letter, so that it survives the beam; a phrase
        that fails gives everything back: what is given on credit depends on the node alone.
Rule 3: a phrase counts only as whole words.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]

SPACE = 0  # between words; letters are numbered from 1
ROOT = 0


@dataclass(frozen=True, slots=True)
class HotWords:
    """The automaton. `credit` and `earned` are nats."""

    table: Numbers  # the node after [node, letter]
    credit: Scores  # given for the phrase begun, at each node
    earned: Scores  # for the phrase that ends with the step to each node

    @property
    def start(self) -> int:
        """The node before the first word."""
        return int(self.table[ROOT, SPACE])

    def lettered(self, nodes: Numbers, letters: Numbers) -> tuple[Scores, Numbers]:
        """What another letter is worth to each hypothesis, and the nodes after it."""
        after = self.table[nodes, letters]
        return self.credit.take(after) - self.credit.take(nodes), after

    def worded(self, nodes: Numbers) -> tuple[Scores, Numbers]:
        """The same for the end of a word."""
        after = self.table[nodes, SPACE]
        return self.credit.take(after) - self.credit.take(nodes) + self.earned.take(after), after

    def ended(self, nodes: Numbers, begun: NDArray[np.bool_]) -> Scores:
        """What the end of the text changes: words begun are finished, phrases begun are not."""
        worth, after = self.worded(nodes)
        return np.where(begun, worth - self.credit.take(after), -self.credit.take(nodes))


def build(phrases: Iterable[str], alphabet: str, worth: Callable[[str], float]) -> HotWords | None:
    """The automaton of phrases (lower case, single spaces); None if `alphabet` can spell none of them.

    `worth` says how many nats a word is to be raised by.
    """
    number = {" ": SPACE} | {letter: place for place, letter in enumerate(alphabet, start=1)}
    spelled = [phrase for phrase in dict.fromkeys(phrases) if phrase and set(phrase) <= set(number)]
    if not spelled:
        return None
    children: list[dict[int, int]] = [{}]
    credit, earned = [0.0], [0.0]
    for phrase in spelled:
        total = sum(worth(word) for word in phrase.split())
        path, node = [SPACE, *(number[letter] for letter in phrase), SPACE], ROOT
        for place, letter in enumerate(path):
            if letter not in children[node]:
                children[node][letter] = len(children)
                children.append({})
                credit.append(0.0)
                earned.append(0.0)
            node = children[node][letter]
            if place < len(path) - 1:
                credit[node] = max(credit[node], total * place / len(phrase))
        earned[node] = max(earned[node], total)
    return linked(children, np.array(credit), np.array(earned), letters=len(alphabet) + 1)


def linked(children: Sequence[dict[int, int]], credit: Scores, earned: Scores, *, letters: int) -> HotWords:
    """Complete a tree: where no phrase goes on, the node of the longest end that still begins one."""
    table = np.zeros((len(children), letters), np.int64)
    fails = [ROOT] * len(children)
    for letter, child in children[ROOT].items():
        table[ROOT, letter] = child
    waiting = list(children[ROOT].values())
    for node in waiting:  # breadth first: it grows while it is read
        fail = fails[node]
        table[node] = table[fail]
        if not children[node]:  # a phrase that none is longer than: only its end begins others
            credit[node] = credit[fail]
        earned[node] = max(earned[node], earned[fail])
        for letter, child in children[node].items():
            fails[child] = int(table[fail, letter])
            table[node, letter] = child
            waiting.append(child)
    return HotWords(table, credit, earned)
