"""The wire, from pure readers and writers to real clients on real ports."""
