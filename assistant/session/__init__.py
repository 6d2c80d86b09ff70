"""A call on LiveKit's session, and the clock over it."""
