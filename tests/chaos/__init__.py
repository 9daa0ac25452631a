"""Chaos in small: the runs of bench/chaos, and what judges them."""
