"""Hot words as people write them → as the search reads them. No I/O."""

from collections.abc import Iterable

from govor.errors import BadRequest
from govor.text import spoken_form

# An organisation's names and terms. Beyond it everything is expected, and nothing raised any more; the
# automaton of so many is built in half a second, once for a list.
PHRASES_MAX = 1_000
PHRASE_CHARS_MAX = 100  # a long name; what is longer is a sentence


def canonical(phrase: str) -> str:
    """Lower case, ё as е, single spaces, no punctuation. BadRequest when nothing is left or it is too long.

    A digit is no letter of any model: numbers are to be written as they are spoken.
    """
    words = " ".join(spoken_form.words(phrase))
    if not words or len(words) > PHRASE_CHARS_MAX:
        raise BadRequest(
            f"a hot word must have 1 to {PHRASE_CHARS_MAX} letters", f"found {len(phrase)} characters"
        )
    if any(letter.isdigit() for letter in words):
        raise BadRequest("a hot word has no digits", "write numbers as they are spoken")
    return words


def collected(*lists: Iterable[str]) -> tuple[str, ...]:
    """Canonical phrases of several lists, each once, in order; BadRequest when there are too many."""
    phrases = tuple(dict.fromkeys(phrase for each in lists for phrase in each))
    if len(phrases) > PHRASES_MAX:
        raise BadRequest(f"too many hot words: {len(phrases)}", f"at most {PHRASES_MAX} are raised at once")
    return phrases
