"""The parts that need no key, no system package and no download."""
