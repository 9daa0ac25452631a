"""Where bytes and keys are kept."""
