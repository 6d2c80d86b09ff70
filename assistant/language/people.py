"""The caller's own name, when they have just said it."""

from __future__ import annotations

import re

from assistant.language.clauses import Clause, Heard, stripped, tidy
from assistant.language.lists import word_lists
from assistant.language.phrases.vocabulary import Phrases

_FIRM = re.compile(
    r"(?<!your )(?<!his )(?<!her )(?<!s )\b(?:my (?:first |full |last )?name(?:'s| is|s)"
    r"|the name(?:'s| is)|^name(?:'s| is)|i(?:'m| am) called|people call me|everyone calls me"
    r"|(?:you )?(?:can|may|could)? ?call me|you(?:'re| are) (?:speaking|talking) (?:to|with)"
    r"|under the name(?: of)?|(?:put|order|place|book|write|reserve|leave)\b.{0,20} under"
    r"|in the name of|put me down as)\s+(?P<name>.+)"
    r"|^(?P<before>(?:[^\s,]+ ){1,3})is my name\b",
    re.IGNORECASE,
)
"""Words after which only a name comes."""
_SOFT = re.compile(
    r"(?:\b(?:this is|i(?:'m| am)|im|here is|here's)"
    r"|^(?:(?:hi|hello|hey|yes|yeah|oh|um)[ ,]+)*(?P<it>it's|its|it is))\s+(?P<name>.+)"
    r"|^(?:hi |hello |hey |hi there |good \w+ )?(?P<before>[^,]+?)\s+(?:here|speaking|calling)\b",
    re.IGNORECASE,
)
"""Words after which a name may come, or something else ("I'm fine")."""
_POINTED = re.compile(r"(?:by the way|here|speaking|calling|from|btw|and i|and my)\b")
"""What follows a small name after "it's" ("it's dana by the way"); "it's faster now" is none."""
_MINE = re.compile(r"\b(?:in|under|on|with|to) my name,? (?P<name>[A-Z].*)")
_GO_ON = word_lists("naming", "names")["goes_on"]
_PARTICLES = word_lists("naming", "names")["particles"]
_ADJECTIVE = re.compile(r"(?:ing|ed|ly)$")


def own_name(phrases: Phrases, heard: Heard, asked: str, known: str) -> str:
    """The caller's name, if they have just said it and it isn't known yet; empty otherwise."""
    about_it = any(phrases.says(f"asked.{name}", tidy(asked)) for name in ("trouble", "helped"))
    found = _stated(phrases, heard, about_it=about_it)
    if not found and phrases.says("asked.name", tidy(asked)) and len(heard.words) <= 4:
        found = _at_start(phrases, stripped(heard.raw), firm=True)
    return "" if found.casefold() == known.casefold() else found


def says_name(phrases: Phrases, clause: Clause) -> bool:
    """Whether a clause states the caller's name."""
    return bool(_in_clause(phrases, clause, about_it=False))


def _stated(phrases: Phrases, heard: Heard, *, about_it: bool) -> str:
    """The name the words state; the whole of it, where it is said again in full.

    `about_it` says that the caller was asked about a phone: "it's ..." is then hardly a name.
    """
    cased = heard.raw[:1].isupper()
    for place, clause in enumerate(heard.clauses):
        if name := _in_clause(phrases, clause, about_it=about_it, cased=cased):
            after = heard.clauses[place + 1].raw if place + 1 < len(heard.clauses) else ""
            full = _at_start(phrases, after, firm=True) if name in after.split() else ""
            return full if len(full.split()) > len(name.split()) else name
    mine = _MINE.search(heard.raw)
    return _at_start(phrases, mine["name"], firm=True) if mine else ""


def _in_clause(phrases: Phrases, clause: Clause, *, about_it: bool, cased: bool = False) -> str:
    """The name in a clause; one that is `cased` has capitals where they belong: "I am broke"."""
    for pattern, firm in ((_FIRM, True), (_SOFT, False)):
        for found in pattern.finditer(clause.raw):
            groups = found.groupdict()
            said = groups["name"] or groups.get("before") or ""
            name = _at_start(phrases, said, firm=firm)
            if cased and not firm and name.islower():
                continue
            if name and not (groups.get("it") and _something(phrases, name, said, about_it)):
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


def _something(phrases: Phrases, name: str, said: str, about_it: bool) -> bool:
    """Whether what "it's" is followed by is a thing or a quality rather than a name."""
    if phrases.says("problem.part", tidy(name)):
        return True
    words = said.lower().replace(",", " ")[len(name) :].strip(" .!?")
    if not name[0].islower():
        return False
    if not words:
        return about_it or phrases.says("words.better", tidy(name))
    return _POINTED.match(words) is None


def _says_more(name: list[str], rest: list[str]) -> bool:
    """Whether small words after "I'm" say more than a name would ("i'm kind of lost")."""
    return len(name) > 2 or (bool(rest) and rest[0].lower() in _GO_ON)


def _capitalised(name: list[str]) -> list[str]:
    """The name up to its last capitalised word, particles between included ("van der Berg")."""
    for place, word in enumerate(name):
        if word[0].islower() and word not in _PARTICLES:
            return name[:place]
    return name
