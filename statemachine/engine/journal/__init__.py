"""A call's journal: written, read back, told again, forgotten."""
