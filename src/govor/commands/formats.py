"""The formats of transcripts, as the command line names them."""

SUFFIXES = {
    "text": ".txt",
    "json": ".json",
    "srt": ".srt",
    "vtt": ".vtt",
    "v3": ".ndjson",
    "docx": ".docx",
}
BINARY = frozenset({"docx"})  # not for a terminal
