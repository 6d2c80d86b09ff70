"""Measuring: this program beside an ordinary LiveKit one, in one run."""
