"""What callers' words mean; knows what is sold, and no call."""
