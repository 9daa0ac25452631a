"""The families: each function fills a folder with a model that says `да нет` again and again."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from tests.families.graphs import FLOAT, FLOAT16, INT32, INT64, Graph, heard, symbols_by_frame

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
SPACE, BLANK = "▁", "<blk>"
CHARACTERS = (SPACE, *LETTERS, BLANK)
PIECES = ("<unk>", "▁Да", ",", "▁не", "т", "▁", ".", BLANK)
SAID = " да нет"  # by characters
WRITTEN = ("▁Да", ",", "▁не", "т", ".")  # by pieces
SURE = 0.9
STATE = 640


def gigaam_ctc(
    folder: Path, *, prefix: str = "v3_ctc", vocabulary: str = "v3_vocab.txt", int8: bool = False
) -> None:
    """GigaAM CTC: a graph and a vocabulary."""
    symbols = PIECES if "e2e" in prefix else CHARACTERS
    said = WRITTEN if "e2e" in prefix else tuple(SAID.replace(" ", SPACE))
    ctc(
        folder / f"{prefix}{'.int8' * int8}.onnx",
        symbols,
        said,
        64,
        4,
        ("features", "feature_lengths", "log_probs"),
    )
    write_vocabulary(folder / vocabulary, symbols)
    write_config(folder, model_type="gigaam-v3", version="v3", features_size=64, subsampling_factor=4)


def write_large_ctc(folder: Path, *, megabytes: int) -> None:
    """GigaAM CTC with so many useless weights: zeros, which the file system does not keep."""
    gigaam_ctc(folder)
    path = folder / "v3_ctc.onnx"
    model = onnx.load(path)
    numbers = megabytes << 18
    weights = onnx.TensorProto(name="ballast", data_type=FLOAT, dims=[numbers], data_location="EXTERNAL")
    places = {"location": "ballast.data", "offset": "0", "length": str(4 * numbers)}
    for key, value in places.items():
        weights.external_data.add(key=key, value=value)
    model.graph.initializer.append(weights)
    said = model.graph.node[-1]
    model.graph.node.extend(
        [
            onnx.helper.make_node("ReduceSum", ["ballast"], ["ballast_sum"], keepdims=0),
            onnx.helper.make_node("Add", ["unballasted", "ballast_sum"], [said.output[0]]),
        ]
    )
    said.output[0] = "unballasted"
    onnx.save(model, path)
    with (folder / "ballast.data").open("wb") as file:
        file.truncate(4 * numbers)


def nemo_ctc(folder: Path) -> None:
    """NeMo CTC: FastConformer's layout."""
    names = ("audio_signal", "length", "logprobs")
    ctc(folder / "model.onnx", CHARACTERS, tuple(SAID.replace(" ", SPACE)), 80, 8, names)
    write_vocabulary(folder / "vocab.txt", CHARACTERS)
    write_config(folder, model_type="nemo-conformer-ctc", features_size=80, subsampling_factor=8)


def ctc(
    path: Path,
    symbols: Sequence[str],
    said: Sequence[str],
    bands: int,
    subsampling: int,
    names: Sequence[str],
) -> None:
    """A CTC graph over [batch, bands, frames]."""
    graph = Graph()
    table = rows(symbols, said, with_blanks=True)
    found = symbols_by_frame(graph, heard(graph, names[0], 1, subsampling), table)
    graph.op("Identity", found, output=names[2])
    graph.save(
        path,
        [(names[0], FLOAT, ["batch", bands, "time"]), (names[1], INT64, ["batch"])],
        [(names[2], FLOAT, ["batch", "steps", len(symbols)])],
    )


def gigaam_rnnt(folder: Path, *, prefix: str = "v3_rnnt", vocabulary: str = "v3_vocab.txt") -> None:
    """GigaAM RNN-T: encoder, LSTM decoder and joint; a symbol that was just said is not said again."""
    symbols = PIECES if "e2e" in prefix else CHARACTERS
    said = WRITTEN if "e2e" in prefix else tuple(SAID.replace(" ", SPACE))
    encoder(folder / f"{prefix}_encoder.onnx", symbols, said, 64, 4, ("encoded", "encoded_len"), INT32)
    decoder, joint, count = Graph(), Graph(), len(symbols)
    again = -1000.0 * np.eye(count)
    again[-1] = 0  # the blank may follow itself
    decoder.op("Gather", decoder.constant(again, np.float32), "x", output="dec")
    for given, made in (("h.1", "h"), ("c.1", "c")):
        decoder.op("Identity", given, output=made)
    state = [1, 1, 320]
    decoder.save(
        folder / f"{prefix}_decoder.onnx",
        [("x", INT64, [1, 1]), ("h.1", FLOAT, state), ("c.1", FLOAT, state)],
        [("dec", FLOAT, [1, 1, count]), ("h", FLOAT, state), ("c", FLOAT, state)],
    )
    total = joint.op("Add", "enc", "dec")
    joint.op("Reshape", total, joint.constant([1, 1, 1, count]), output="joint")
    joint.save(
        folder / f"{prefix}_joint.onnx",
        [("enc", FLOAT, [1, count, 1]), ("dec", FLOAT, [1, count, 1])],
        [("joint", FLOAT, [1, 1, 1, count])],
    )
    write_vocabulary(folder / vocabulary, symbols)
    write_config(folder, model_type="gigaam-v3", version="v3", features_size=64, subsampling_factor=4)


def nemo_tdt(folder: Path) -> None:
    """Parakeet TDT: every step lasts one frame."""
    encoder(folder / "encoder-model.onnx", PIECES, WRITTEN, 128, 8, ("outputs", "encoded_lengths"), INT64)
    graph, count, durations = Graph(), len(PIECES), 5
    tokens = graph.op("Reshape", "encoder_outputs", graph.constant([1, 1, 1, count]))
    one_frame = np.eye(durations, dtype=np.float32)[None, None, 1:2]
    graph.op("Concat", tokens, graph.constant(one_frame, np.float32), axis=3, output="outputs")
    for number in (1, 2):
        graph.op("Identity", f"input_states_{number}", output=f"output_states_{number}")
    states = [(f"states_{number}", FLOAT, [2, 1, STATE]) for number in (1, 2)]
    graph.save(
        folder / "decoder_joint-model.onnx",
        [
            ("encoder_outputs", FLOAT, [1, count, 1]),
            ("targets", INT32, [1, 1]),
            ("target_length", INT32, [1]),
            *((f"input_{name}", kind, shape) for name, kind, shape in states),
        ],
        [
            ("outputs", FLOAT, [1, 1, 1, count + durations]),
            *((f"output_{name}", kind, shape) for name, kind, shape in states),
        ],
    )
    write_vocabulary(folder / "vocab.txt", PIECES)
    write_config(folder, model_type="nemo-conformer-tdt", features_size=128, subsampling_factor=8)


def canary(folder: Path) -> None:
    """Canary: its decoder says the language of the prompt, then WRITTEN, then ends, whatever the sound."""
    marks = (
        "startofcontext",
        "startoftranscript",
        "emo:undefined",
        "en",
        "ru",
        "pnc",
        "noitn",
        "notimestamp",
    )
    special = [f"<|{mark}|>" for mark in (*marks, "nodiarize", "endoftext")]
    symbols = [*special, *PIECES[:-1], "▁en", "▁ru"]
    graph = Graph()
    weights = graph.op("ReduceSum", graph.constant(np.zeros(64), np.float32), keepdims=0)
    loud = graph.op("Add", heard(graph, "audio_signal", 1, 8), weights)
    graph.op("Identity", loud, output="encoder_embeddings")
    mask = graph.op("Greater", loud, graph.constant(-1e30, np.float32))
    graph.op("Squeeze", graph.op("Cast", mask, to=INT64), graph.constant([2]), output="encoder_mask")
    graph.save(
        folder / "encoder-model.onnx",
        [("audio_signal", FLOAT, ["batch", 128, "time"]), ("length", INT64, ["batch"])],
        [("encoder_embeddings", FLOAT, ["batch", "steps", 1]), ("encoder_mask", INT64, ["batch", "steps"])],
        weights_apart=True,
    )
    canary_decoder(folder / "decoder-model.onnx", symbols)
    write_vocabulary(folder / "vocab.txt", symbols)
    write_config(folder, model_type="nemo-conformer-aed", features_size=128, max_sequence_length=64)


def canary_decoder(path: Path, symbols: Sequence[str]) -> None:
    """The first call says the language of the prompt, the n-th after it the n-th piece."""
    graph, count = Graph(), len(symbols)
    pieces = [symbols.index(piece) for piece in (*WRITTEN, "<|endoftext|>")]
    table = np.full((len(pieces) + 1, count), np.log((1 - SURE) / (count - 1)), np.float32)
    table[np.arange(1, len(pieces) + 1), pieces] = np.log(SURE)
    done = graph.op("Squeeze", graph.op("Shape", "decoder_mems", start=2, end=3))
    last = graph.op("Min", done, graph.constant(len(pieces)))
    row = graph.op("Gather", graph.constant(table, np.float32), last)
    spoken = np.zeros((count, count), np.float32)
    for code in ("en", "ru"):
        spoken[symbols.index(f"<|{code}|>"), symbols.index(f"▁{code}")] = np.log(SURE) - table[0, 0]
    five, one = graph.constant([5]), graph.constant([1])
    prompt = graph.op("Slice", "input_ids", graph.constant([4]), five, one)  # empty after the first call
    told = graph.op("Gather", graph.constant(spoken, np.float32), prompt)
    language = graph.op("ReduceSum", told, one, keepdims=1)
    graph.op("Add", graph.op("Reshape", row, graph.constant([1, 1, count])), language, output="logits")
    batch = graph.op("Shape", "input_ids", start=0, end=1)
    one_more = graph.op(
        "Concat", graph.constant([1]), batch, graph.constant([1]), graph.constant([4]), axis=0
    )
    more = graph.op("Expand", graph.constant(np.zeros((1, 1, 1, 4)), np.float32), one_more)
    graph.op("Concat", "decoder_mems", more, axis=2, output="decoder_hidden_states")
    graph.save(
        path,
        [
            ("input_ids", INT64, ["batch", "tokens"]),
            ("encoder_embeddings", FLOAT, ["batch", "steps", 1]),
            ("encoder_mask", INT64, ["batch", "steps"]),
            ("decoder_mems", FLOAT, [1, "batch", "before", 4]),
        ],
        [
            ("logits", FLOAT, ["batch", "one", count]),
            ("decoder_hidden_states", FLOAT, [1, "batch", "now", 4]),
        ],
    )


def t_one(folder: Path) -> None:
    """T-one: chunks of 300 ms at 8 kHz, ten frames each, with a state that goes from chunk to chunk."""
    symbols = (" ", *LETTERS, "ё", BLANK)
    graph = Graph()
    wave = graph.op("Abs", graph.op("Cast", "signal", to=FLOAT))
    frames = graph.op("Reshape", wave, graph.constant([-1, 10, 240]))
    loud = graph.op("ReduceMean", frames, axes=[2], keepdims=1)
    table = rows(symbols, tuple(SAID), with_blanks=True)
    found = symbols_by_frame(graph, graph.op("Sub", loud, graph.constant(500.0, np.float32)), table)
    graph.op("Identity", found, output="logprobs")
    graph.op("Identity", "state", output="state_next")
    graph.save(
        folder / "model.onnx",
        [("signal", INT32, ["batch", 2400, 1]), ("state", FLOAT16, ["batch", 16])],
        [("logprobs", FLOAT, ["batch", 10, len(symbols)]), ("state_next", FLOAT16, ["batch", 16])],
    )
    write_config(
        folder,
        decoder_params={"vocabulary": list(symbols[:-1])},
        encoder_params={"reduction_kernel_size": 3},
        pad_token_id=len(symbols) - 1,
    )


def vosk(folder: Path) -> None:
    """Vosk 0.5x: an icefall transducer whose decoder sees two tokens; its blank is symbol 0."""
    symbols = (BLANK, "<sos/eos>", "<unk>", "▁да", "▁не", "т")
    said = ("▁да", "▁не", "т")
    graph, count = Graph(), len(symbols)
    found = symbols_by_frame(graph, heard(graph, "x", 2, 4), rows(symbols, said, with_blanks=True))
    graph.op("Identity", found, output="encoder_out")
    graph.op(
        "Div", graph.op("Add", "x_lens", graph.constant(3)), graph.constant(4), output="encoder_out_lens"
    )
    graph.save(
        folder / "am/encoder.onnx",
        [("x", FLOAT, ["batch", "time", 80]), ("x_lens", INT64, ["batch"])],
        [("encoder_out", FLOAT, ["batch", "steps", count]), ("encoder_out_lens", INT64, ["batch"])],
    )
    decoder, joiner = Graph(), Graph()
    seen = decoder.op("Gather", decoder.constant(np.zeros((count, count)), np.float32), "y")
    decoder.op("ReduceSum", seen, decoder.constant([1]), keepdims=0, output="decoder_out")
    decoder.save(folder / "am/decoder.onnx", [("y", INT64, [1, 2])], [("decoder_out", FLOAT, [1, count])])
    joiner.op("Add", "encoder_out", "decoder_out", output="logit")
    shape = [1, count]
    joiner.save(
        folder / "am/joiner.onnx",
        [("encoder_out", FLOAT, shape), ("decoder_out", FLOAT, shape)],
        [("logit", FLOAT, shape)],
    )
    write_vocabulary(folder / "lang/tokens.txt", symbols)


def encoder(
    path: Path,
    symbols: Sequence[str],
    said: Sequence[str],
    bands: int,
    subsampling: int,
    names: Sequence[str],
    length_type: int,
) -> None:
    """A transducer's encoder: what it hears is already the log-probability of each symbol."""
    graph = Graph()
    table = rows(symbols, said, with_blanks=True)
    found = symbols_by_frame(graph, heard(graph, "audio_signal", 1, subsampling), table)
    graph.op("Transpose", found, output=names[0], perm=[0, 2, 1])
    round_up = graph.op("Add", "length", graph.constant(subsampling - 1))
    steps = graph.op("Div", round_up, graph.constant(subsampling))
    graph.op("Cast", steps, output=names[1], to=length_type)
    graph.save(
        path,
        [("audio_signal", FLOAT, ["batch", bands, "time"]), ("length", INT64, ["batch"])],
        [(names[0], FLOAT, ["batch", len(symbols), "steps"]), (names[1], length_type, ["batch"])],
        weights_apart=bands == 128,  # Parakeet's are more than a graph file may hold
    )


def rows(symbols: Sequence[str], said: Sequence[str], *, with_blanks: bool) -> NDArray[np.float32]:
    """Log-probabilities: a row for each symbol that is said, the blanks between, and last the quiet row.

    The blank comes second everywhere, for transducers that have just said the symbol that comes first.
    """
    blank = symbols.index(BLANK)
    path = [place for symbol in said for place in (symbols.index(symbol), *([blank] * with_blanks))]
    table = np.full((len(path) + 1, len(symbols)), np.log((1 - SURE) / 2 / (len(symbols) - 2)), np.float32)
    table[:, blank] = np.log((1 - SURE) / 2)
    table[np.arange(len(path) + 1), [*path, blank]] = np.log(SURE)
    return table


def write_vocabulary(path: Path, symbols: Sequence[str]) -> None:
    """One `symbol id` a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{symbol} {place}\n" for place, symbol in enumerate(symbols)), encoding="utf-8")


def write_config(folder: Path, **content: object) -> None:
    """config.json."""
    (folder / "config.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


# A name of the catalogue → what fills a folder with the same files.
FAMILIES: Mapping[str, Callable[[Path], None]] = {
    "gigaam-v3-ctc": gigaam_ctc,
    "gigaam-v3-ctc-int8": lambda folder: gigaam_ctc(folder, int8=True),
    "gigaam-v3-e2e-ctc": lambda folder: gigaam_ctc(
        folder, prefix="v3_e2e_ctc", vocabulary="v3_e2e_ctc_vocab.txt"
    ),
    "gigaam-multilingual-ctc": lambda folder: gigaam_ctc(
        folder, prefix="multilingual_ctc", vocabulary="multilingual_vocab.txt"
    ),
    "gigaam-v3-rnnt": gigaam_rnnt,
    "gigaam-v3-e2e-rnnt": lambda folder: gigaam_rnnt(
        folder, prefix="v3_e2e_rnnt", vocabulary="v3_e2e_rnnt_vocab.txt"
    ),
    "t-one": t_one,
    "vosk-small-ru": vosk,
    "parakeet-tdt-0.6b-v3": nemo_tdt,
    "canary-1b-v2": canary,
}
