"""Little parts that tests put in the place of slow ones: real processes, simple insides."""
