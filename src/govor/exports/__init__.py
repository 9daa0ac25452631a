"""Transcripts as files people open: plain text, SubRip, WebVTT. Pure functions from a Transcript to text."""
