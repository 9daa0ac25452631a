"""How models/ru-text was made: see README.md beside this file."""
