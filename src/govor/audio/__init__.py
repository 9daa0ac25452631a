"""From an object's bytes to sound: what is in it, its pages and frames, and a decoder in a fenced process."""
