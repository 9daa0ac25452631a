"""Word error rate with its counts: the measure of the demo, the benchmarks and the training."""

from collections.abc import Sequence
from dataclasses import dataclass

from govor.recognition import word_alignment
from govor.recognition.word_alignment import Pair


@dataclass(frozen=True, kw_only=True, slots=True)
class Errors:
    """Edits that turn a hypothesis into its reference, and the words of the reference."""

    substitutions: int
    insertions: int
    deletions: int
    reference_words: int

    @property
    def edits(self) -> int:
        """All of them together."""
        return self.substitutions + self.insertions + self.deletions

    @property
    def rate(self) -> float:
        """Errors for each reference word; above 1 when more was inserted than was said."""
        return self.edits / max(1, self.reference_words)


def count(reference: Sequence[str], hypothesis: Sequence[str]) -> Errors:
    """Count errors along the cheapest alignment (Levenshtein); works on words as on characters.

    TooLarge when both are too long to be aligned.
    """
    return tally(word_alignment.pairs(reference, hypothesis))


def tally(pairs: Sequence[Pair]) -> Errors:
    """The counts of an alignment."""
    return Errors(
        substitutions=sum(said is not None and heard is not None and said != heard for said, heard in pairs),
        insertions=sum(said is None for said, _ in pairs),
        deletions=sum(heard is None for _, heard in pairs),
        reference_words=sum(said is not None for said, _ in pairs),
    )
