"""CTC models that we decode ourselves: ours, and GigaAM's in the layout of onnx-asr.

A folder has a graph, a vocabulary and perhaps `lm.npz`, without which the text is the best symbol of each
frame. What GigaAM's own config.json leaves out is what GigaAM v3 has. Settings: `graph` and `vocabulary` name
the files of a folder that has several; `writes` says that the model punctuates; the rest is in `parts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govor.errors import ModelFailed
from govor.recognition import features, language_file, sessions, vocabulary
from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.confidence import Calibration
from govor.recognition.ctc import CtcRecognizer, Timing
from govor.recognition.model_folder import Model, first_of

# The first that exists.
GRAPHS = (
    "model.onnx",
    "v3_ctc.onnx",
    "v3_ctc.int8.onnx",
    "v3_e2e_ctc.onnx",
    "v3_e2e_ctc.int8.onnx",
    "multilingual*_ctc.onnx",
    "multilingual*_ctc.int8.onnx",
)
VOCABULARIES = ("vocab.txt", "v3_vocab.txt", "v3_e2e_ctc_vocab.txt", "multilingual_vocab.txt")
LANGUAGE_FILE = "lm.npz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What the settings and file names say."""

    graph: Path
    vocabulary: Path
    language_file: Path | None
    front_end: features.FrontEnd
    timing: Timing
    beam: BeamSettings
    calibration: Calibration


def inspect(folder: Path, config: Mapping[str, Any]) -> int:
    """See Driver."""
    return parts(folder, config).front_end.sample_rate_hz


def has_language(folder: Path, config: Mapping[str, Any]) -> bool:
    """Whether there is a language model, and so a search: it is listed, or simply there."""
    return LANGUAGE_FILE in config.get("files", {}) or (folder / LANGUAGE_FILE).is_file()


def parts(folder: Path, config: Mapping[str, Any]) -> Parts:
    """Settings → Parts; raises ModelFailed, ValueError, TypeError."""
    return Parts(
        graph=first_of(folder, named(config, "graph", GRAPHS)),
        vocabulary=first_of(folder, named(config, "vocabulary", VOCABULARIES)),
        language_file=folder / LANGUAGE_FILE if has_language(folder, config) else None,
        front_end=features.front_end(str(config.get("front_end") or f"gigaam_{config.get('version', 'v3')}")),
        timing=Timing(
            subsampling=int(config.get("subsampling_factor", 4)),
            word_start_offset_ms=int(config.get("word_start_offset_ms", 0)),
            word_end_offset_ms=int(config.get("word_end_offset_ms", 0)),
        ),
        beam=BeamSettings(**config.get("beam", {})),
        calibration=Calibration(**config.get("confidence", {})),
    )


def named(config: Mapping[str, Any], key: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The file that the settings name, else the usual ones."""
    return (str(config[key]),) if key in config else usual


def load(model: Model, threads: int) -> CtcRecognizer:
    """See Driver; the log-probabilities are in reach, for training and benchmarks."""
    found = parts(model.folder, model.config)
    try:
        symbols = vocabulary.parse(found.vocabulary.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFailed(f"the model {model.name} is corrupt", f"{found.vocabulary}: {error}") from error
    search = None
    if found.language_file is not None:
        search = BeamSearch(symbols, language_file.read(found.language_file), found.beam)
    session = sessions.open_session(found.graph, threads, model.device)
    columns = session.get_outputs()[0].shape[-1]
    if isinstance(columns, int) and columns != len(symbols.symbols):
        raise ModelFailed(
            f"the vocabulary of the model {model.name} does not fit its graph",
            f"{found.vocabulary.name} has {len(symbols.symbols)} symbols, {found.graph.name} has {columns}",
        )
    return CtcRecognizer(
        session=session,
        front_end=found.front_end,
        vocabulary=symbols,
        timing=found.timing,
        calibration=found.calibration,
        search=search,
        writes=bool(model.config.get("writes", False)),
    )
