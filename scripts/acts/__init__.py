"""Makes the second reader of what sentences do: `python -m scripts.acts`."""
