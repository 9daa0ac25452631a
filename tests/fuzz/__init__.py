"""Whatever bytes come in, a reader answers or refuses: seconds in the tests, minutes in `make fuzz`."""
