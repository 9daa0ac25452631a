"""The recipe of the embedded recogniser, from data to number. Not part of the wheel."""
