"""What to try when an iPhone gives trouble: the reader of `knowledge.toml` and the search in it."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

OWN_FILE = Path(__file__).with_name("knowledge.toml")
"""The knowledge that comes with the program."""

FIRST_STEP = "First, try this. {step}"
NEXT_STEP = "Next: {step}"
LAST_STEP = "One last thing to try. {step}"
GIVE_UP = "{stop}"

FEWEST_STEPS, MOST_STEPS = 3, 6


class KnowledgeError(ValueError):
    """A knowledge file can't be used; the message names file, entry and field, and the remedy."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of trouble, how callers put it, and what to try."""

    id: str
    title: str
    also: tuple[str, ...]
    steps: tuple[str, ...]
    stop: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every problem the shop can help with, the ones to be careful with first."""

    problems: tuple[Problem, ...]

    def problem(self, wanted: str) -> Problem | None:
        """The problem with this id."""
        return next((each for each in self.problems if each.id == wanted), None)


def find(knowledge: Knowledge, spoken: str) -> Problem | None:
    """The problem that a caller's words fit best; None when they name none.

    A phrase counts when its words stand close together, in any order and with any endings, and the
    more telling its words are, the more it counts. A mere topic ("the camera") counts only when
    something is said to be wrong, or when hardly anything else is said.
    """
    index = _index(knowledge)
    said = _normal(spoken)
    words = set(said)
    short = len(words - _EMPTY) <= 2 and not words & _SHOPPING
    complaint = short or bool(words & _TROUBLE)
    best: tuple[float, Problem] | None = None
    for problem, phrases, topics in index.entries:
        near = (p for p in phrases if words.issuperset(p))
        scores = [index.weight(p) for p in near if _stands_in(p, said)]
        if complaint:
            scores += [index.weight(topic) / 2 for topic in topics if _stands_in(topic, said)]
        if scores:
            score = max(scores) + sum(scores) / 10
            if best is None or score > best[0] + 1e-9:
                best = (score, problem)
    return knowledge.problem(best[1].id) if best else None


def say_step(
    problem: Problem,
    number: int,
    *,
    first: str = FIRST_STEP,
    following: str = NEXT_STEP,
    last: str = LAST_STEP,
    give_up: str = GIVE_UP,
) -> str:
    """One step as it is spoken, counted from 0; past the last one, when to bring the phone in."""
    if number < 0:
        raise ValueError(f"step {number}: steps are counted from 0")
    if number >= len(problem.steps):
        return give_up.format(title=problem.title, stop=problem.stop)
    template = following
    if number == 0:
        template = first
    elif number == len(problem.steps) - 1:
        template = last
    return template.format(title=problem.title, step=problem.steps[number])


# --- words ------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    """A set of words, written down as a sentence of them."""
    return frozenset(text.split())


_JOINED = {
    ("wi", "fi"): "wifi",
    ("why", "fi"): "wifi",
    ("wi", "fy"): "wifi",
    ("blue", "tooth"): "bluetooth",
    ("i", "phone"): "phone",
    ("eye", "phone"): "phone",
    ("cell", "phone"): "phone",
    ("i", "cloud"): "icloud",
    ("eye", "cloud"): "icloud",
    ("i", "message"): "imessage",
    ("i", "messages"): "imessage",
    ("face", "time"): "facetime",
    ("air", "pods"): "airpods",
    ("air", "pod"): "airpods",
    ("ear", "buds"): "earbuds",
    ("head", "phones"): "headphones",
    ("e", "mail"): "email",
    ("e", "mails"): "email",
    ("e", "sim"): "esim",
    ("e", "sims"): "esim",
    ("pass", "code"): "passcode",
    ("pass", "word"): "password",
    ("re", "start"): "restart",
    ("re", "starts"): "restart",
    ("re", "starting"): "restart",
    ("re", "boots"): "reboot",
    ("over", "heats"): "overheat",
    ("over", "heating"): "overheat",
    ("over", "heated"): "overheat",
    ("touch", "screen"): "touchscreen",
    ("app", "store"): "appstore",
    ("log", "in"): "login",
    ("back", "up"): "backup",
    ("backed", "up"): "backup",
    ("what", "sapp"): "whatsapp",
    ("whats", "app"): "whatsapp",
    ("flash", "light"): "flashlight",
    ("pop", "up"): "popup",
    ("pop", "ups"): "popup",
    ("voice", "mail"): "voicemail",
}
_SAME_WORD = {
    "iphone": "phone",
    "phones": "phone",
    "iphones": "phone",
    "cellphone": "phone",
    "smartphone": "phone",
    "handset": "phone",
    "device": "phone",
    "faceid": "face id",
    "touchid": "touch id",
    "wlan": "wifi",
    "display": "screen",
    "frozen": "freeze",
    "froze": "freeze",
    "dying": "die",
    "died": "die",
    "dies": "die",
    "broke": "broken",
    "breaks": "broken",
    "forgotten": "forgot",
    "forget": "forgot",
    "stole": "stolen",
    "lost": "lose",
    "losing": "lose",
    "loses": "lose",
    "ran": "run",
    "running": "run",
    "runs": "run",
    "shut": "shut",
    "shuts": "shut",
    "shutting": "shut",
    "pics": "picture",
    "pix": "picture",
    "recognise": "recognize",
    "recognises": "recognize",
    "recognizes": "recognize",
    "grey": "gray",
    "greyed": "grayed",
    "lagging": "lag",
    "laggy": "lag",
    "dropped": "drop",
    "dropping": "drop",
    "drops": "drop",
    "popping": "pop",
    "keep": "keep",
    "sluggish": "slow",
    "slowly": "slow",
    "80": "eighty",
    "5": "five",
    "cause": "because",
}
_NOT = _words(
    "not wont dont doesnt didnt isnt arent wasnt cant cannot couldnt wouldnt aint havent hasnt "
    "never stopped stops refuses fails failed failing unable hardly barely quit"
)
"""Words that deny what follows; "no" isn't one, for "no service" is a thing of its own."""
_DROPPED = _words(
    "a an the my our your his her their this that is are was were am be been being im ive its "
    "it i so very really just like uh um er to of at and with has have had will do does did can "
    "could any some all anymore more longer even want wants properly right when for going"
)
_FIXED_WORDS = _words("bars ios sos esim always lens airpods")


def _stem(word: str) -> str:
    """A word without its ending: "charging", "charges" and "charged" are one."""
    if word in _FIXED_WORDS or len(word) < 4:
        return word
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in text.split())


def _normal(text: str) -> list[str]:
    """A sentence's telling words: recogniser's splits joined, denials alike, endings cut off."""
    raw = re.findall(r"[^\W_]+", re.sub(r"['’`]", "", text.lower().replace("-", " ")))
    words: list[str] = []
    for word in raw:
        if words and (joined := _JOINED.get((words[-1], word))):
            words[-1] = joined
        else:
            words.extend(_SAME_WORD.get(word, word).split())
    result: list[str] = []
    for word in words:
        if word in _NOT:
            if not result or result[-1] != "not":
                result.append("not")
        elif word not in _DROPPED:
            result.append(_stem(_SAME_WORD.get(word, word)))
    return result


_TROUBLE = _stems(
    "not no problem issue trouble wrong broken weird strange bad funny error stuck fix repair "
    "slow glitch acting drop lose blurry black dead gone missing damaged weak terrible awful "
    "disconnects crash freeze hot quiet low off complaint complaining annoying faulty defective "
    "messed crazy forgot locked keep reset"
)
"""What is said when something is wrong."""
_EMPTY = _stems(
    "phone yes yeah well hi hello please think new need help question about support you me got"
)
"""What says nothing of the trouble, one way or the other."""
_SHOPPING = _stems("sell buy order price cost much cheap resistant proof")
"""What is said of a thing that one wants, not of one that fails."""


def _stands_in(phrase: tuple[str, ...], said: list[str]) -> bool:
    """Whether a phrase's words stand close together, and a denial before what it denies."""
    if len(phrase) == 1:
        return phrase[0] in said
    reach = len(phrase) + 3
    needed = set(phrase)
    for start, word in enumerate(said):
        if word not in needed:
            continue
        window = said[start : start + reach]
        if needed <= set(window) and _denied_alike(phrase, window):
            return True
    return False


def _denied_alike(phrase: tuple[str, ...], window: list[str]) -> bool:
    """Whether "not" stands before what the phrase denies, or after it where the phrase ends so."""
    if "not" not in phrase:
        return True
    place, denial = phrase.index("not"), window.index("not")
    if place == len(phrase) - 1:
        return window.index(phrase[place - 1]) < denial
    return phrase[place + 1] in window[denial:]


@dataclass(frozen=True, slots=True)
class _Index:
    """The phrases of all problems, normalised, with how telling each word is."""

    entries: tuple[tuple[Problem, tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]], ...]
    telling: dict[str, float]

    def weight(self, phrase: tuple[str, ...]) -> float:
        """How much a phrase counts: the sum of its words' weights."""
        return sum(self.telling.get(word, 1.0) for word in phrase)


@lru_cache(maxsize=8)
def _index(knowledge: Knowledge) -> _Index:
    entries = tuple(
        (problem, tuple(_phrases(problem.also)), tuple(_phrases(problem.topics)))
        for problem in knowledge.problems
    )
    used = Counter(
        word
        for _, phrases, topics in entries
        for word in {word for phrase in (*phrases, *topics) for word in phrase}
    )
    count = len(entries)
    telling = {word: 0.3 + math.log(1 + count / uses) for word, uses in used.items()}
    return _Index(entries, telling)


def _phrases(wordings: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for wording in wordings:
        if words := tuple(_normal(wording)):
            yield words


# --- the file ---------------------------------------------------------------------------------

_TOP = {"source", "dated", "problem"}
_PROBLEM = {"id", "title", "also", "topics", "steps", "stop"}


def load(path: Path | None = None) -> Knowledge:
    """Read a knowledge file, the program's own when none is named.

    Raises:
        KnowledgeError: the file can't be read, or an entry in it can't be used.
    """
    return _Reader(path or OWN_FILE).knowledge()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one file and knows its name for the errors."""

    path: Path

    def knowledge(self) -> Knowledge:
        """The file's content, checked."""
        table = self._parsed()
        self._known(table, _TOP, "the file")
        entries = table.get("problem")
        if not isinstance(entries, list) or not entries:
            raise self._error("the file", "no problem is listed; add a [[problem]] entry")
        problems = tuple(self._problem(entry, place) for place, entry in enumerate(entries, 1))
        seen: dict[str, int] = {}
        for place, problem in enumerate(problems, start=1):
            earlier = seen.setdefault(problem.id, place)
            if earlier != place:
                entry = f"problem {place} ({problem.id})"
                raise self._error(entry, f"its 'id' is problem {earlier}'s too; change one")
        return Knowledge(problems)

    def _error(self, entry: str, problem: str) -> KnowledgeError:
        return KnowledgeError(f"{self.path}: {entry}: {problem}.")

    def _parsed(self) -> dict[str, object]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise self._error("the file", "it doesn't exist; check the path") from None
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise self._error("the file", f"it can't be read ({reason}); check it") from None
        except UnicodeDecodeError:
            raise self._error("the file", "it isn't UTF-8 text; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise self._error("the file", f"it isn't TOML: {error}; correct that line") from None

    def _known(self, table: dict[str, object], keys: set[str], entry: str) -> None:
        for key in table:
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                advice = f"did you mean {close[0]!r}" if close else f"use {', '.join(sorted(keys))}"
                raise self._error(entry, f"unknown key {key!r}; {advice}")

    def _problem(self, value: object, place: int) -> Problem:
        entry = f"problem {place}"
        if not isinstance(value, dict):
            raise self._error(entry, "it isn't a table; write [[problem]]")
        name = self._text(value, "id", entry, 'write id = "wont-charge"')
        entry = f"problem {place} ({name})"
        self._known(value, _PROBLEM, entry)
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
            raise self._error(entry, "'id' must be lower-case words joined by hyphens; change it")
        also = self._texts(value, "also", entry)
        if not also:
            raise self._error(entry, "'also' is empty; list how callers put it")
        steps = self._texts(value, "steps", entry)
        if not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
            remedy = f"write {FEWEST_STEPS} to {MOST_STEPS}"
            raise self._error(entry, f"'steps' has {len(steps)} of them; {remedy}")
        for wording in (*also, *self._texts(value, "topics", entry)):
            if not _normal(wording):
                raise self._error(entry, f"{wording!r} says too little to be found by; remove it")
        return Problem(
            id=name,
            title=self._text(value, "title", entry, "name the problem"),
            also=also,
            steps=steps,
            stop=self._text(value, "stop", entry, "say when to bring the phone in"),
            topics=self._texts(value, "topics", entry),
        )

    def _text(self, table: dict[str, object], key: str, entry: str, remedy: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            problem = "is missing" if key not in table else "must be a text that isn't empty"
            raise self._error(entry, f"{key!r} {problem}; {remedy}")
        return " ".join(value.split())

    def _texts(self, table: dict[str, object], key: str, entry: str) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and v.strip() for v in values
        ):
            raise self._error(entry, f'{key!r} must be a list of texts; write {key} = ["..."]')
        return tuple(" ".join(str(value).split()) for value in values)
