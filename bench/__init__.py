"""Commands that print the numbers quoted in the documents; `make bench` runs them all."""
