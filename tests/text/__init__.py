"""Tests of how words become text; pairs/ holds what was spoken and what should be written."""
