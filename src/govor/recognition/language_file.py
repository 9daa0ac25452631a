"""The language model on disk: an .npz of small columns, made to compress well and to load fast.

Words are sorted and lose the beginning they share with the word before; successors of a word are stored as
differences, numbers wider than a byte as one plane for each byte. `pack` and `unpack` are inverse; read()
adds the prefix tree.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import lexicon
from govor.recognition.language_model import SPECIAL_WORDS, UNKNOWN, Codes, Ids, LanguageModel, by_context
from govor.recognition.lexicon import Letters, PrefixTree, extents
from govor.recognition.spelling import Spelling

Arrays = Mapping[str, NDArray[np.generic]]
DAMAGES = (OSError, EOFError, RuntimeError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)
PLANES = 3  # bytes of a word id or a count: up to 16.7 million


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """Everything the beam search knows about the language."""

    alphabet: str  # its letters in the order of their numbers, from 1
    model: LanguageModel
    tree: PrefixTree
    spelling: Spelling
    stranger_nats: float  # log p(a word is in no list | the model does not know it)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What is stored. Words are sorted; those `counted` have ids 3, 4 …, the others are rare, of id 0.

    What the model says of unknown words is shared out: to each rare word its share, the rest to strangers.
    """

    alphabet: str
    letters: Letters  # of the words
    counted: NDArray[np.bool_]
    model: LanguageModel
    spelling: Spelling
    shares: Codes  # log p(this word | its id) of each word, in 8 bits; that of a counted word is 1
    stranger_share: float  # p(a word is in no list | the model does not know it)


def pack(contents: Contents) -> dict[str, NDArray[np.generic]]:
    """Contents → named arrays."""
    model, shared, lengths = contents.model, *extents(contents.letters)
    places = np.arange(contents.letters.shape[1])
    own = (places >= shared[:, None]) & (places < lengths[:, None])
    columns: dict[str, NDArray[np.generic]] = {
        "alphabet": np.frombuffer(contents.alphabet.encode(), np.uint8),
        "shared": shared.astype(np.uint8),
        "lengths": lengths.astype(np.uint8),
        "letters": contents.letters[own],
        "counted": np.packbits(contents.counted),
        "unigrams": model.unigrams,
        "unigram_backoffs": model.unigram_backoffs,
        "bigrams": model.bigrams,
        "bigram_backoffs": model.bigram_backoffs,
        "trigrams": model.trigrams,
        "spelling": contents.spelling.codes,
        "shares": contents.shares,
        "stranger_share": np.array([contents.stranger_share]),
    }
    for name, keys, contexts in (
        ("bigram", model.bigram_keys(), model.words),
        ("trigram", model.trigram_keys, len(model.bigram_words)),
    ):
        counts, steps = successors(keys, contexts, model.words)
        columns |= {f"{name}_counts": planes(counts), f"{name}_steps": planes(steps)}
    return columns


def unpack(columns: Arrays) -> Contents:
    """Named arrays → contents; ValueError or KeyError when they do not fit together."""
    letters = words_of(*(columns[name].astype(np.uint8) for name in ("shared", "lengths", "letters")))
    counted = np.unpackbits(columns["counted"].astype(np.uint8), count=len(letters)).astype(bool)
    ids = SPECIAL_WORDS + int(counted.sum())
    starts, followers = by_context(keys_of(columns["bigram_counts"], columns["bigram_steps"], ids), ids)
    trigram_keys = keys_of(columns["trigram_counts"], columns["trigram_steps"], ids)
    model = LanguageModel(
        words=ids,
        unigrams=codes(columns["unigrams"], ids),
        unigram_backoffs=codes(columns["unigram_backoffs"], ids),
        bigram_starts=starts,
        bigram_words=followers,
        bigrams=codes(columns["bigrams"], len(followers)),
        bigram_backoffs=codes(columns["bigram_backoffs"], len(followers)),
        trigram_keys=trigram_keys,
        trigrams=codes(columns["trigrams"], len(trigram_keys)),
    )
    return Contents(
        alphabet=columns["alphabet"].tobytes().decode(),
        letters=letters,
        counted=counted,
        model=model,
        spelling=Spelling(columns["spelling"].astype(np.uint8)),
        shares=codes(columns["shares"], len(letters)),
        stranger_share=float(columns["stranger_share"].astype(np.float64)[0]),
    )


def language(contents: Contents) -> Language:
    """Add the prefix tree, which is quicker to build than to read."""
    counted = contents.counted
    ids = np.where(counted, SPECIAL_WORDS - 1 + np.cumsum(counted), UNKNOWN)
    tree = lexicon.prefix_tree(contents.letters, ids, contents.shares, contents.model.unigram_nats())
    return Language(
        alphabet=contents.alphabet,
        model=contents.model,
        tree=tree,
        spelling=contents.spelling,
        stranger_nats=float(np.log(contents.stranger_share)),
    )


def write(path: Path, contents: Contents) -> None:
    """Write the file, deflated: LZMA would be an eighth smaller and load four times slower."""
    with zipfile.ZipFile(path, "w", compresslevel=9) as archive:
        for name, column in pack(contents).items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # a fixed date: same contents, same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(column), allow_pickle=False)


def read(path: Path) -> Language:
    """Load the file; ModelFailed when it is not one, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return language(unpack(stored))
    except DAMAGES as error:
        raise ModelFailed(f"cannot load the language model {path.name}", f"{path}: {error}") from error


def codes(column: NDArray[np.generic], expected: int) -> Codes:
    """A column of 8-bit codes of the expected length."""
    if len(column) != expected:
        raise ValueError(f"{expected} codes expected, {len(column)} found")
    return column.astype(np.uint8)


def words_of(shared: Codes, lengths: Codes, own: Codes) -> Letters:
    """Words without the beginning they share with the one before → letters, with it."""
    places = np.arange(int(lengths.max()))
    is_own = (places >= shared[:, None]) & (places < lengths[:, None])
    letters = np.zeros(is_own.shape, np.uint8)
    letters[is_own] = own
    words = np.arange(len(lengths))
    for place in places:
        source = np.maximum.accumulate(np.where(shared <= place, words, 0))  # the last word not sharing it
        letters[:, place] = letters[source, place]
    letters[places >= lengths[:, None]] = 0
    return letters


def successors(keys: Ids, contexts: int, words: int) -> tuple[Ids, Ids]:
    """Sorted keys context x words + word → how many each context has, and the steps between them."""
    context, word = np.divmod(keys, words)
    steps = np.diff(word, prepend=0)
    first = np.r_[True, np.diff(context) > 0][: len(keys)]
    steps[first] = word[first]
    return np.bincount(context, minlength=contexts), steps


def keys_of(counts: NDArray[np.generic], steps: NDArray[np.generic], words: int) -> Ids:
    """The inverse of `successors`, from planes."""
    many, step = joined(counts), joined(steps)
    if not len(step) or int(many.sum()) != len(step):
        raise ValueError("an n-gram table is cut short")
    starts = np.r_[0, np.cumsum(many)[:-1]]
    total = np.cumsum(step)
    before = np.where(starts > 0, total[np.minimum(starts, len(step)) - 1], 0)
    keys = np.repeat(np.arange(len(many), dtype=np.int64) * words - before, many)
    keys += total
    return keys


def planes(numbers: Ids) -> NDArray[np.uint8]:
    """Numbers → their bytes, lowest first: [planes, n]."""
    if len(numbers) and int(numbers.max()) >= 1 << (8 * PLANES):
        raise ValueError("a number is too large for its column")
    return np.stack([(numbers >> (8 * plane)).astype(np.uint8) for plane in range(PLANES)])


def joined(columns: NDArray[np.generic]) -> Ids:
    """The inverse of `planes`."""
    numbers = np.zeros(columns.shape[1], np.int64)
    for plane in columns[::-1].astype(np.uint8):
        numbers <<= 8
        numbers |= plane
    return numbers
