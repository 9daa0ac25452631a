"""How recognised words become the text a reader sees: `writing.Writer` puts the parts together.

Normalisation (numbers), literature (marks, capitals), profanity (masks); pure, but that the punctuation model
is read once. This file imports nothing: training uses parts of the package without the rest.
"""
