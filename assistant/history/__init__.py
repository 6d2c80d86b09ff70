"""Looking back at calls: told, drawn, forgotten."""
