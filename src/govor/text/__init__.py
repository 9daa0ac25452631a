"""How recognised words become the text a reader sees. Pure; one language at a time."""

from collections.abc import Sequence

from govor.records import TextOptions, Word


def written(words: Sequence[Word], options: TextOptions, language: str) -> str:
    """One utterance as it stands in `text`: the words joined, the first letter a capital.

    `words` keep their spoken form; whatever `options` ask for changes the text alone.
    """
    text = " ".join(word.text for word in words)
    return text[:1].upper() + text[1:]
