"""What a shop knows about itself: hours, address, delivery, returns, repairs with prices."""

from assistant.shop.about.entries import NOTHING_KNOWN, About, Entry, Repair
from assistant.shop.about.hours import Hours
from assistant.shop.about.reading import AboutError, load

__all__ = ["NOTHING_KNOWN", "About", "AboutError", "Entry", "Hours", "Repair", "load"]
