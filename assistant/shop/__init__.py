"""What one shop brings: words, catalogue and knowledge, each file read with its remedy."""
