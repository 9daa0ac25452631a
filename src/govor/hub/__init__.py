"""How models come to this machine and leave it: pull, import, verify, remove. For the command line only."""
