"""The phone line's conversation as an explicit state machine: pure, no I/O and no clock."""
