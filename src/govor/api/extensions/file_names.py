"""The header Content-Disposition: a file's name, whatever it is, as a download. Pure."""

import re
from urllib.parse import quote

FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
CHARS_MAX = 120


def disposition(name: str, suffix: str, *, inline: bool = False) -> str:
    """`attachment; filename="…"; filename*=UTF-8''…`; with a suffix it takes the place of the name's own."""
    stem = FORBIDDEN.sub("_", name).strip(" .")[:CHARS_MAX]
    if suffix and "." in stem:
        stem = stem.rpartition(".")[0] or stem
    whole = (stem or "recording") + suffix
    plain = whole.encode("ascii", "replace").decode().replace("?", "_")
    kind = "inline" if inline else "attachment"
    exact = quote(whole.encode("utf-8", "replace"), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"
