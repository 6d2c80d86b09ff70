"""What a telephone brings to the line: the shop's own numbers, and who can be reached by it."""
