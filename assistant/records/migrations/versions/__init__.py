"""The steps, in the order of their numbers; one that has landed is never edited."""
