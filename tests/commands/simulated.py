"""`python -m tests.commands.simulated KIND serve …`: bench/simulated.py for WAV files."""

from bench import simulated
from tests.commands import wav_preparing

if __name__ == "__main__":
    setattr(simulated, "preparing", wav_preparing)  # noqa: B010 - it has `prepare`, all that is used
    simulated.main()
