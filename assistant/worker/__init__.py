"""Calls in rooms, whoever dies."""
