"""Colours by their everyday names: people say "orange" and mean what is called cosmic orange."""

from functools import lru_cache

from assistant.language.lists import meanings, table, word_lists
from assistant.language.negation import declined
from assistant.language.sentence import heard, word_set

_LISTS = word_lists("colours")
EVERYDAY = {name: word_set(others) for name, others in table("colours")["everyday"].items()}
"""Each everyday colour, and the other words a catalogue may have for it."""
_SAME_COLOUR = meanings("colours", "same")
_DARK, _LIGHT, _NO_COLOUR_BEFORE = (_LISTS[name] for name in ("dark", "light", "no_colour_before"))


def colour_among(colours: tuple[str, ...], spoken: str) -> str | None:
    """The one of these colours that a sentence names; of several the first named, then listed."""
    said = _colour_words(spoken)
    fits = ((fit, colour) for colour in colours if (fit := _fit(said, colour)))
    return min(fits, key=lambda each: each[0], default=(None, None))[1]


def everyday_colour(spoken: str) -> str | None:
    """The first everyday colour named in a sentence, whatever is sold."""
    return next((word for word in _colour_words(spoken) if word in EVERYDAY), None)


@lru_cache(maxsize=256)
def _colour_words(text: str) -> tuple[str, ...]:
    """A sentence's words with one spelling for each colour, and blanks where none is meant."""
    said = heard(text)
    words: list[str] = []
    for place, token in enumerate(said.tokens):
        word = _SAME_COLOUR.get(token.word, token.word)
        if word == "gold" and said.word(place - 1) == "rose":
            word = "pink"
        if word == "navy":
            words.append("dark")
            word = "blue"
        meant = said.word(place + 1) not in _NO_COLOUR_BEFORE and not declined(said, place)
        words.append(word if meant or word not in EVERYDAY else "")
    return tuple(words)


def _fit(said: tuple[str, ...], colour: str) -> tuple[int, int] | None:
    """Where a colour is named and how loosely (less is better); None when it isn't."""
    own = _colour_words(colour)
    if not own:
        return None
    for place in range(len(said) - len(own) + 1):
        if said[place : place + len(own)] == own:
            return place + len(own) - 1, 0
    own_dark, own_light = not _DARK.isdisjoint(own), not _LIGHT.isdisjoint(own)
    for place, word in enumerate(said):
        if word == own[-1] or own[-1] in EVERYDAY.get(word, ()):
            shades = said[max(0, place - 2) : place]
            dark, light = not _DARK.isdisjoint(shades), not _LIGHT.isdisjoint(shades)
            if (dark and own_light) or (light and own_dark):
                continue
            same_shade = (dark and own_dark) or (light and own_light)
            return place, (1 if same_shade else 2) + (0 if word == own[-1] else 2)
        if word == own[0] and word not in _DARK | _LIGHT:
            return place, 5
    return None
