"""What a telephone brings: the caller's number, keys, and who can be reached by it."""
