"""The web page: talk to the shop, watch calls, look back at them; and a button for a website."""
