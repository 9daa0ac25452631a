"""The words in which a recording is refused."""

from govor.errors import BadAudio

MESSAGE = "Invalid audio received"  # SpeechKit's own


def invalid(detail: str) -> BadAudio:
    """The error to raise; `detail` says what was found."""
    return BadAudio(MESSAGE, detail)
