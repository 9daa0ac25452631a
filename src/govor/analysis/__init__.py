"""What API v3 tells beside the words: who spoke, how, and what kind of phrases. Pure computations."""
