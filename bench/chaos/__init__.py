"""Chaos: a real service under kills, stops, outages and full disks, and the proof that nothing was lost."""
