"""Written text as it is said aloud, for every voice: prices, codes, times, addresses as words."""

from assistant.providers.speakable.numbers import number_words, one_by_one
from assistant.providers.speakable.rules import spoken

__all__ = ["number_words", "one_by_one", "spoken"]
