"""The conversation of the shop's phone line as an explicit state machine: pure, with no I/O and no clock."""
