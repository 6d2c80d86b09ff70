"""Who hears, thinks and speaks: the real providers and the embedded ones."""
