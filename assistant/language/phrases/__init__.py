"""The word lists, as TOML files beside their reader."""
