"""Tiny models with the files, inputs and outputs of each real family; what they say depends on the sound.

Each is deaf but for loudness: `SPOKEN` is said while the wave is loud, nothing while it is quiet.
"""
