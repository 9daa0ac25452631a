"""What stands before an utterance: the speaker's name, or the channel when there is more than one. Pure."""

from collections.abc import Mapping

from govor.records import Chunk, Transcript

NO_NAMES: Mapping[str, str] = {}


def name_of(chunk: Chunk, transcript: Transcript, speakers: Mapping[str, str]) -> str:
    """A name; empty where all is said by one nameless voice."""
    if name := speakers.get(str(chunk.channel)):
        return name
    return str(chunk.channel) if transcript.channels > 1 or transcript.extras.label_speakers else ""


def before(chunk: Chunk, transcript: Transcript, speakers: Mapping[str, str]) -> str:
    """The name as it stands before a text: "Anna: "; it never ends the line."""
    name = name_of(chunk, transcript, speakers)
    return f"{name}: " if name else ""
