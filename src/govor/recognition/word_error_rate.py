"""Word error rate with its counts: the measure of the demo, the benchmarks and the training."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Errors:
    """Edits that turn a hypothesis into its reference, and the words of the reference."""

    substitutions: int
    insertions: int
    deletions: int
    reference_words: int

    @property
    def rate(self) -> float:
        """Errors for each reference word; above 1 when more was inserted than was said."""
        return (self.substitutions + self.insertions + self.deletions) / max(1, self.reference_words)


def count(reference: Sequence[str], hypothesis: Sequence[str]) -> Errors:
    """Count errors along the cheapest alignment (Levenshtein); works on words as on characters."""
    # Each cell is (cost, substitutions, insertions, deletions); one row of the table at a time.
    row = [(j, 0, j, 0) for j in range(len(hypothesis) + 1)]
    for i, said in enumerate(reference, start=1):
        above, row = row, [(i, 0, 0, i)]
        for j, heard in enumerate(hypothesis, start=1):
            cost, subs, ins, dels = above[j - 1]
            step = int(said != heard)
            row.append(
                min(
                    (cost + step, subs + step, ins, dels),
                    (row[j - 1][0] + 1, row[j - 1][1], row[j - 1][2] + 1, row[j - 1][3]),
                    (above[j][0] + 1, above[j][1], above[j][2], above[j][3] + 1),
                )
            )
    _, substitutions, insertions, deletions = row[-1]
    return Errors(
        substitutions=substitutions,
        insertions=insertions,
        deletions=deletions,
        reference_words=len(reference),
    )
