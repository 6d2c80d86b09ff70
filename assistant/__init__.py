"""The voice around the state machine: agents, records, providers and the command line."""
