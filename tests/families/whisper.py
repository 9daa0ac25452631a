"""A tiny Whisper in CTranslate2's format: its decoder says `Да, нет.` by position, whatever the sound.

Every weight that would carry sound into words is zero; attention to the sound is random, for the word times.
The vocabulary is laid out like that of every multilingual Whisper.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import whisper_spec
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

WIDTH, HEADS, MELS = 16, 2, 80
POSITIONS, FRAMES = 448, 1500
TEXT_SYMBOLS = 50_257  # what comes before the marks, as in every multilingual Whisper
LANGUAGES = 99
TIMES = 1_501  # 0.00 … 30.00 s
MARKS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|ru|>",
    *(f"<|language{index}|>" for index in range(LANGUAGES - 2)),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{index * 0.02:.2f}|>" for index in range(TIMES)),
)
VOCABULARY = TEXT_SYMBOLS + len(MARKS)
assert VOCABULARY == 51_865
SAID = ("<|0.00|>", " Да", ",", " нет", ".", "<|1.00|>", "<|endoftext|>")
PROMPT = 3  # start, language, task: the first word is predicted at the last of them
SURE = 30.0  # logit of what is said
SHAPES = (
    (r"embeddings", (VOCABULARY, WIDTH)),
    (r"conv1", (WIDTH, MELS, 3)),
    (r"conv2", (WIDTH, WIDTH, 3)),
    (r"ffn/linear_0", (4 * WIDTH, WIDTH)),
    (r"ffn/linear_1", (WIDTH, 4 * WIDTH)),
    (r"self_attention/linear_0", (3 * WIDTH, WIDTH)),
    (r"/attention/linear_1", (2 * WIDTH, WIDTH)),
    (r"attention/linear", (WIDTH, WIDTH)),
)


def whisper(folder: Path) -> None:
    """Fill a folder with model.bin, config.json, vocabulary.json and tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    spelled = {
        text: "".join(t for t, _ in pre_tokenizers.ByteLevel(False).pre_tokenize_str(text)) for text in SAID
    }
    pieces = [spelled[text] for text in SAID if not text.startswith("<|") and len(spelled[text]) > 1]
    known = [*alphabet, *pieces]
    fillers = [f"<|filler{index}|>" for index in range(TEXT_SYMBOLS - len(known))]
    symbols = [*known, *fillers, *MARKS]
    write_tokenizer(folder / "tokenizer.json", symbols, len(known))
    ids = [symbols.index(text if text.startswith("<|") else spelled[text]) for text in SAID]
    spec = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    fill(spec, ids)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids = [symbols.index("<|en|>"), symbols.index("<|ru|>")]
    spec.config.alignment_heads = [(0, 0), (0, 1)]
    symbols[TEXT_SYMBOLS - 1] = ""  # only multilingual models have this one; CTranslate2 knows them by it
    spec.register_vocabulary(symbols)
    spec.validate()
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}))


def write_tokenizer(path: Path, symbols: list[str], known: int) -> None:
    """A byte-level tokenizer without merges; every symbol behind the known ones is a mark."""
    made = Tokenizer(
        models.BPE(vocab={symbol: place for place, symbol in enumerate(symbols[:known])}, merges=[])
    )
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(symbol, special=True) for symbol in symbols[known:]])
    made.save(str(path))


def fill(spec: Any, ids: list[int]) -> None:
    """The position decides what is said: position → a direction of its own → its symbol."""
    positions = np.zeros((POSITIONS, WIDTH), np.float32)
    projection = np.zeros((VOCABULARY, WIDTH), np.float32)
    for position in range(POSITIONS):
        place = min(max(0, position - PROMPT + 1), len(ids) - 1)
        positions[position, place] = 1
        projection[ids[place], place] = SURE / np.sqrt(WIDTH)
    noise = np.random.default_rng(3)
    for variable, value in list(spec.variables(ordered=True)):
        if value is None:
            put(spec, variable, shaped(variable, projection, noise))
    spec.decoder.position_encodings.encodings = positions
    spec.encoder.position_encodings.encodings = noise.normal(size=(FRAMES, WIDTH)).astype(np.float32)


def shaped(variable: str, projection: NDArray[np.float32], noise: np.random.Generator) -> NDArray[np.float32]:
    """Weights of the right shape: attention to the sound looks somewhere, but nothing of it is carried on."""
    if variable.endswith("projection/weight"):
        return projection
    if "layer_norm" in variable:
        return np.full(WIDTH, float(variable.endswith("gamma")), np.float32)
    looks = re.search(r"decoder/layer_0/attention/linear_[01]", variable)
    shape = next(shape for ending, shape in SHAPES if re.search(ending, variable))
    return (noise.normal(size=shape) if looks else np.zeros(shape)).astype(np.float32)


def put(spec: Any, variable: str, value: NDArray[np.float32]) -> None:
    """Set `decoder/layer_0/ffn/linear_0/weight` and the like."""
    *path, attribute = variable.split("/")
    for part in path:
        name, _, index = part.rpartition("_")
        spec = getattr(spec, part) if hasattr(spec, part) else getattr(spec, name)[int(index)]
    setattr(spec, attribute, value)
