"""Plain text: an utterance a line, with the channel before it when there is more than one."""

from collections.abc import Mapping

from govor.exports.speakers import NO_NAMES, before
from govor.records import Transcript


def write(transcript: Transcript, speakers: Mapping[str, str] = NO_NAMES) -> str:
    """One line for each chunk; "" when nothing was recognised. `speakers` are names of channels."""
    lines = (before(chunk, transcript, speakers) + chunk.text for chunk in transcript.chunks)
    return "".join(f"{line}\n" for line in lines)
