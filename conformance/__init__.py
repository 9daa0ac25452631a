"""Programs that others wrote for SpeechKit, unchanged, against a real Govor: `python -m conformance`."""
