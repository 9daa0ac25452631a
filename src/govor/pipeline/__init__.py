"""From a link to a transcript: fetch, prepare, recognise, assemble. Knows no engine and no wire."""
