"""The caller's own name, when they have just said it."""

from __future__ import annotations

import re

from assistant.language.clauses import Clause, Heard, stripped, tidy
from assistant.language.lists import word_lists
from assistant.language.phrases.vocabulary import Phrases

_FIRM = re.compile(
    r"(?<!your )(?<!his )(?<!her )(?<!'s )\b(?:my (?:own |first |full |last )?name(?:'s| is|s)"
    r"|the name(?:'s| is)|^name(?:'s| is)|i(?:'m| am) called|people call me|everyone calls me"
    r"|(?:you )?(?:can|may|could)? ?call me|you(?:'re| are) (?:speaking|talking) (?:to|with)"
    r"|under the name(?: of)?|(?:put|order|place|book|write|reserve|leave)\b.{0,20} under"
    r"|in the name of|name of|put me down as|(?:write|it'?ll be|it is) (?:my name|under me),?"
    r"|^m[yi] name,?)\s+(?P<name>.+)"
    r"|^(?P<before>(?:[^\s,]+ ){1,3})"
    r"(?:(?:that )?is my name|is who you|(?:i|')s the name|on the line)\b",
    re.IGNORECASE,
)
"""Words after which only a name comes."""
_SOFT = re.compile(
    r"(?:\b(?:this is|i(?:'m| am)|im|here is|here's)"
    r"|^(?:(?:hi|hello|hey|yes|yeah|oh|um|by the way)[ ,]+)*(?P<it>it's|its|it is))\s+(?P<name>.+)"
    r"|^(?:hi |hello |hey |hi there |good \w+ )?(?P<before>[^,]+?)\s+(?:here|speaking|calling)\b",
    re.IGNORECASE,
)
"""Words after which a name may come, or something else ("I'm fine")."""
_POINTED = re.compile(r"(?:by the way|here|speaking|calling|from|btw|and i|and my)\b")
"""What follows a small name after "it's" ("it's dana by the way"); "it's faster now" is none."""
_MINE = re.compile(r"\b(?:in|under|on|with|to) my name,? (?P<name>[A-Z].*)")
_CAPITALS = re.compile(r"\bI\b|[.!?] [A-Z]")
_SPEAKS_OF_NAMES = re.compile(
    r"\bm[yi] name\b|\b(?:is|that is|s) the name\b|\bintroduce|\bunder me\b|\bwho is (?:spend|call)"
)
_GO_ON = word_lists("naming", "names")["goes_on"]
_PARTICLES = word_lists("naming", "names")["particles"]
_ADJECTIVE = re.compile(r"(?:ing|ed|ly)$")


def own_name(phrases: Phrases, heard: Heard, asked: str, known: str) -> str:
    """The caller's name, if they have just said it and it isn't known yet; empty otherwise."""
    about_it = any(phrases.says(f"asked.{name}", tidy(asked)) for name in ("trouble", "helped"))
    found = _stated(phrases, heard, about_it=about_it)
    if not found and _SPEAKS_OF_NAMES.search(heard.text):
        found = _alone(phrases, heard)
    if not found and phrases.says("asked.name", tidy(asked)):
        short = len(heard.words) <= 4
        found = _alone(phrases, heard) or (
            _at_start(phrases, stripped(heard.raw), firm=True) if short else ""
        )
    return "" if found.casefold() == known.casefold() else found


def _alone(phrases: Phrases, heard: Heard) -> str:
    """The longest name with capitals that is all there is of a clause."""
    said = [stripped(clause.raw) for clause in heard.clauses]
    names = [each for each in said if each == _at_start(phrases, each, firm=True)]
    return max((name for name in names if name[0].isupper()), key=len, default="")


def says_name(phrases: Phrases, clause: Clause) -> bool:
    """Whether a clause states the caller's name."""
    return bool(_in_clause(phrases, clause, about_it=False))


def _stated(phrases: Phrases, heard: Heard, *, about_it: bool) -> str:
    """The name the words state; the whole of it, where it is said again in full.

    `about_it` says that the caller was asked about a phone: "it's ..." is then hardly a name.
    """
    cased = heard.raw[:1].isupper() or _CAPITALS.search(heard.raw) is not None
    for place, clause in enumerate(heard.clauses):
        if name := _in_clause(phrases, clause, about_it=about_it, cased=cased):
            after = heard.clauses[place + 1].raw if place + 1 < len(heard.clauses) else ""
            same = name.split()[-1] in after.split()
            full = _at_start(phrases, after, firm=True) if same else ""
            return full if len(full) > len(name) else name
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
            if groups.get("before") and len(name.split()) < len(said.split()):
                continue  # "bob come over here"
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
        if plain.endswith("'s"):
            return ""  # "this is Elijah's phone"
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
