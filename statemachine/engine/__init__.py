"""Any conversation: knows no shop word."""
