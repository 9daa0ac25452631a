"""How many words of known recordings are recognised right: `govor bench accuracy`."""
