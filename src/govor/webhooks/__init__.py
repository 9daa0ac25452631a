"""Telling others that an operation has ended: signed, tried again, and only where it is allowed to."""
