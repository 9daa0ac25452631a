"""Sniffing, decoding, and the sandbox; recordings.py makes the files."""
