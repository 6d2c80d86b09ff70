"""The caller's own name, when they have just said it."""

from __future__ import annotations

import re

from assistant.providers.offline.brain.hearing import Clause, Heard, stripped, tidy
from assistant.providers.offline.brain.vocabulary import Phrases

_FIRM = re.compile(
    r"(?<!your )(?<!his )(?<!her )(?<!s )\b(?:my (?:first |full |last )?name(?:'s| is|s)"
    r"|the name(?:'s| is)|^name(?:'s| is)|i(?:'m| am) called|people call me|everyone calls me"
    r"|(?:you )?(?:can|may|could)? ?call me|you(?:'re| are) (?:speaking|talking) (?:to|with)"
    r"|(?:put it )?under the name(?: of)?)\s+(?P<name>.+)",
    re.IGNORECASE,
)
"""Words after which only a name comes."""
_SOFT = re.compile(
    r"(?:\b(?:this is|i(?:'m| am)|im|here is|here's)"
    r"|^(?:(?:hi|hello|hey|yes|yeah|oh|um)[ ,]+)*(?:it's|its|it is))\s+(?P<name>.+)"
    r"|^(?:hi |hello |hey |hi there |good \w+ )?(?P<before>[^,]+?)\s+(?:here|speaking|calling)\b",
    re.IGNORECASE,
)
"""Words after which a name may come, or something else ("I'm fine")."""
_GO_ON = ("to", "of", "a", "that", "at", "in", "on", "about", "into", "until")
_PARTICLES = frozenset(
    ["van", "de", "der", "den", "la", "el", "al", "bin", "von", "di", "da", "dos"]
)
_ADJECTIVE = re.compile(r"(?:ing|ed|ly)$")


def own_name(phrases: Phrases, heard: Heard, asked: str, known: str) -> str:
    """The caller's name, if they have just said it and it isn't known yet; empty otherwise."""
    found = next((name for clause in heard.clauses if (name := _in_clause(phrases, clause))), "")
    if not found and phrases.says("asked.name", tidy(asked)) and len(heard.words) <= 4:
        found = _at_start(phrases, stripped(heard.raw), firm=True)
    return "" if found.casefold() == known.casefold() else found


def _in_clause(phrases: Phrases, clause: Clause) -> str:
    for pattern, firm in ((_FIRM, True), (_SOFT, False)):
        for found in pattern.finditer(clause.raw):
            groups = found.groupdict()
            said = groups["name"] or groups.get("before") or ""
            if name := _at_start(phrases, said, firm=firm):
                return name
    return ""


def _at_start(phrases: Phrases, said: str, *, firm: bool) -> str:
    """The name at the beginning of some words; empty where none stands."""
    words = re.findall(r"[^\s,.;:!?]+\.?", re.split(r"[,;:!?]|\.(?=\s[A-Z]|\s*$)", said)[0])
    name: list[str] = []
    for word in words[:4]:
        plain = word.rstrip(".'").lower().replace("\u2019", "'")
        title = plain in phrases.titles and not name
        stop = not phrases.nameless.isdisjoint((plain, *tidy(plain).split()))
        if (stop and not title) or not re.fullmatch(r"[^\W\d_][\w'-]*", plain):
            break
        if not (firm or title) and _ADJECTIVE.search(plain) and word.islower():
            break
        name.append(word if title else word.rstrip("."))
    if not name or (len(name) == 1 and name[0].rstrip(".").lower() in phrases.titles):
        return ""
    small = name[0].islower()
    if not firm and small and _says_more(name, words[len(name) :]):
        return ""
    return " ".join(name[:3] if small else _capitalised(name))


def _says_more(name: list[str], rest: list[str]) -> bool:
    """Whether small words after "I'm" say more than a name would ("i'm kind of lost")."""
    return len(name) > 2 or (bool(rest) and rest[0].lower() in _GO_ON)


def _capitalised(name: list[str]) -> list[str]:
    """The name up to its last capitalised word, particles between included ("van der Berg")."""
    for place, word in enumerate(name):
        if word[0].islower() and word not in _PARTICLES:
            return name[:place]
    return name
