"""The word lists, as TOML files beside their reader."""

from pathlib import Path

OWN_FOLDER = Path(__file__).parent
"""The vocabulary that comes with the program."""
