"""A call held at this machine: typed, or spoken through its sound card."""
