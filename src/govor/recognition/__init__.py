"""Speech to words: voice activity, segments, features, acoustic model, beam search, times and confidences."""
