"""Tests of what API v3 tells beside the words."""
