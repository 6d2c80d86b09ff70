"""The words of one shop: its agents' instructions and the lines that code speaks."""
