"""Plain text: an utterance a line, with the channel before it when there is more than one."""

from govor.records import Transcript


def write(transcript: Transcript) -> str:
    """One line for each chunk; "" when nothing was recognised."""
    if transcript.channels == 1:
        return "".join(f"{chunk.text}\n" for chunk in transcript.chunks)
    return "".join(f"{chunk.channel}: {chunk.text}\n" for chunk in transcript.chunks)
