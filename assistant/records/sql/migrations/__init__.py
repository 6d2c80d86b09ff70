"""The database's schema, step by step. A change of `schema.py` adds a file to `versions/`."""
