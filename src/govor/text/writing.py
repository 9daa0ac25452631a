"""Utterances as they stand in `text`: numbers, punctuation and capitals, masks, in the way that was asked.

Rule 1: the words themselves are never changed, lost or put in another order; `words` of an answer show them.
Rule 2: numbers, literature and profanity are independent of each other; each is computed on the spoken words.
Rule 3: one speaker's utterances are punctuated together, so a sentence may go on from one to the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

from govor.records import TextOptions, Word
from govor.settings import Settings
from govor.text import literature, normalisation, profanity, punctuation_file
from govor.text.composition import composed
from govor.text.profanity import Profanity
from govor.text.punctuation import Styled
from govor.text.tokens import Token, joined


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """What an administrator may choose of the texts; the caller chooses the rest with each request."""

    profanity: Profanity = profanity.DEFAULT
    punctuation: str = punctuation_file.EMBEDDED  # the model for Russian: a name or a directory
    rules: int = normalisation.VERSION  # for numbers

    @classmethod
    def of(cls, settings: Settings) -> "Writer":
        """Raises BadSetting: the list of words cannot be read, or there are no such rules; ModelFailed."""
        path, rules = settings.profanity_list, settings.normalization or normalisation.VERSION
        normalisation.normalised([], normalisation.RUSSIAN, version=rules)
        punctuation_file.folder_of(settings.punctuation_ru)  # a service that starts can also punctuate
        listed = profanity.listed(Path(path)) if path else profanity.NOTHING
        return cls(
            profanity=Profanity(mask=settings.profanity_mask, listed=listed),
            punctuation=settings.punctuation_ru,
            rules=rules,
        )

    def prepare(self, options: TextOptions) -> None:
        """Read what such texts need, so that the first one does not wait for it. Raises ModelFailed."""
        if options.literature_text:
            literature.punctuator(self.punctuation)

    def rules_for(self, options: TextOptions, language: str) -> int:
        """The version of the rules that write the numbers of such a text; 0 when they stay words."""
        return 0 if options.raw_results or language not in normalisation.LANGUAGES else self.rules

    def tokens(
        self, utterances: Sequence[Sequence[Word]], options: TextOptions, language: str
    ) -> list[list[Token]]:
        """What is written for each of one speaker's utterances, which stand in order of time.

        The tokens of an utterance cover its words once each and in order. Raises ModelFailed.
        """
        words = list(chain.from_iterable(utterances))
        styled = self._styled(words, utterances, options, language)
        return [
            self._tokens(utterance, part, options, language)
            for utterance, part in zip(utterances, split(styled, utterances), strict=True)
        ]

    def text(self, words: Sequence[Word], options: TextOptions, language: str) -> str:
        """One utterance that stands alone, as a line."""
        return joined(self.tokens([words], options, language)[0])

    def line(self, words: Sequence[str], options: TextOptions, language: str) -> str:
        """The same for words without times."""
        timeless = [Word(text=word, start_ms=0, end_ms=0, confidence=1.0) for word in words]
        return self.text(timeless, options, language)

    def _styled(
        self, words: Sequence[Word], utterances: Sequence[Sequence[Word]], options: TextOptions, language: str
    ) -> list[Styled]:
        """Marks and capitals of all words; without literature a capital begins each utterance, no more."""
        if options.literature_text:
            return literature.styled(words, language, self.punctuation)
        return [Styled("", index == 0) for utterance in utterances for index in range(len(utterance))]

    def _tokens(
        self, utterance: Sequence[Word], styled: Sequence[Styled], options: TextOptions, language: str
    ) -> list[Token]:
        words = [word.text for word in utterance]
        if options.raw_results:
            tokens = [Token(word, at, at) for at, word in enumerate(words)]
        else:
            tokens = normalisation.normalised(
                words, language, phones=options.phone_formatting, version=self.rules
            )
        shown = [literature.bare(word) for word in utterance] if options.literature_text else words
        if options.profanity_filter:
            shown = self.profanity.masked(shown)
        return composed(words, shown, tokens, styled)


def split(styled: Sequence[Styled], utterances: Sequence[Sequence[Word]]) -> Iterator[list[Styled]]:
    """Cut a row where its utterances end."""
    ends = [0]
    for utterance in utterances:
        ends.append(ends[-1] + len(utterance))
    for start, end in pairwise(ends):
        yield list(styled[start:end])


DEFAULT_WRITER = Writer()
