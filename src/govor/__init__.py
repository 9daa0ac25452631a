"""Govor: self-hosted asynchronous speech recognition with the API of Yandex SpeechKit."""

__version__ = "0.1.0"
