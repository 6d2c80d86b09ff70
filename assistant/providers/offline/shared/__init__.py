"""One speech process for all calls of a worker: ears and voice are loaded once, and asked."""
