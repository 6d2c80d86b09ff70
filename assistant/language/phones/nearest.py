"""The sold models that come nearest to a phone that isn't sold."""

import re

from assistant.language.lists import by_word, word_lists
from assistant.language.phones.lexicon import Sold, lexicon_of
from assistant.language.phones.mentions import find_models
from assistant.language.phones.names import BRANDS
from assistant.language.sentence import heard
from statemachine.offers import Offer

_LISTS = word_lists("phone_names")
_ALIKE = by_word("phone_names", "alike")
_FLAGSHIP = re.compile(
    r"\bs ?[0-9]{2}\b|\bnote\b|\bflip\b|\bpixel [0-9]{1,2}(?! a\b)"
    r"|\b(oneplus|xiaomi|find|xperia|iphone) ?x? ?[0-9]"
)
"""Another maker's dear phones: Galaxy S24, Pixel 9, OnePlus 12."""


def nearest(offers: tuple[Offer, ...], phrase: str) -> tuple[str, ...]:
    """One or two sold models that come nearest to a phone that isn't sold."""
    if named := find_models(offers, phrase):
        return named[:2]
    shop = lexicon_of(offers)
    if not shop.sold:
        return ()
    words = heard(phrase).norms()
    same_brand = tuple(one for one in shop.sold if not one.parts.brands.isdisjoint(words))
    pool = same_brand or shop.sold
    ranked = sorted(pool, key=lambda one: (one.price_cents, _generation(one)))
    cheapest, middle = ranked[0].name, ranked[len(ranked) // 2].name
    newest = {one.parts.kinds: one.name for one in sorted(pool, key=_generation)}
    plain, pro, top = (newest.get(frozenset(kinds)) for kinds in ((), ("pro",), ("pro", "max")))
    generation = next((int(word) for word in words if word.isdecimal() and len(word) < 3), None)
    foreign = not (BRANDS.keys() - shop.brands).isdisjoint(words)
    flagship = foreign and _FLAGSHIP.search(" ".join(words)) is not None
    alike = next((kind for kind, said in _ALIKE.items() if not said.isdisjoint(words)), None)
    picks: tuple[str | None, ...]
    if not _LISTS["top"].isdisjoint(words):
        picks = top or pro, pro
    elif "pro" in words or flagship:
        picks = pro, top
    elif foreign:
        picks = cheapest, middle
    elif alike is not None:
        picks = newest.get(frozenset((alike,))), plain
    elif "mini" in words:
        picks = plain, cheapest
    elif generation is not None and generation > max(shop.generations, default=99):
        picks = plain, pro
    elif generation is not None or not _LISTS["old"].isdisjoint(words):
        picks = plain, cheapest
    else:
        picks = cheapest, middle
    chosen = [name for name in picks if name] or [cheapest, middle]
    return tuple(dict.fromkeys(chosen))[:2]


def _generation(sold: Sold) -> int:
    return sold.parts.number or 0
