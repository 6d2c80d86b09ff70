"""Written text made speakable: prices, codes, storage, model names, hours and paths as words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from assistant.providers.speakable import telling

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|r?s|nes|urs)?"
_TO = r"\s*(?:-|\u2013|\u2014)\s*"
_MERIDIEM = r"\s*(?:a\.?m|p\.?m)\b\.?"
_CLOCK = rf"\d{{1,2}}(?::[0-5]\d)?(?:{_MERIDIEM})?"

_Rule: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def spoken(text: str) -> str:
    """Returns the text as it should be said aloud, on one line; speakable text stays as it is.

    What is left in digits (256 gigabytes, 80 percent) is what voices read correctly anyway.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip(" \t,")


def _rule(
    pattern: str,
    replacement: str | Callable[[re.Match[str]], str],
    flags: re.RegexFlag = re.NOFLAG,
) -> _Rule:
    return re.compile(pattern, flags), replacement


_I: Final = re.IGNORECASE
_LINES: Final = re.MULTILINE

# Read top to bottom: each rule sees what the ones above have left.
_RULES: Final[tuple[_Rule, ...]] = (
    # Markdown, tags and pictures carry no words.
    _rule(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1"),
    _rule(r"^[ \t]*```.*$", "", _LINES),
    _rule(r"^[ \t]*(?:#{1,6}|>+|[-*+•])[ \t]+", "", _LINES),
    _rule(r"^[ \t]*(\d{1,2})[.)][ \t]+", "", _LINES),
    _rule(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|?)+[ \t]*$", "", _LINES),
    _rule(r"^[ \t]*\||\|[ \t]*$", "", _LINES),
    _rule(r"[ \t]*\|[ \t]*", ", "),
    _rule(r"\*+|`+|~~", ""),
    _rule(r"(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)", ""),
    _rule(r"&gt;", ">"),
    _rule(r"&amp;", "&"),
    _rule(r"</?[A-Za-z][^<>\n]*>", ""),
    _rule(r"[\u200b-\u200f\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]", ""),
    _rule(r"(\S)[ \t]*\n\s*", telling.line),
    _rule(r"[\u201c\u201d\"]", ""),
    _rule("[\u2018\u2019]", "'"),
    _rule("[\u00a0\u202f\u2011]", lambda m: "-" if m[0] == "\u2011" else " "),
    _rule(r"…|\.{3,}", "."),
    # Addresses, before their dots, dashes and digits mean anything else.
    _rule(r"(?P<user>[\w.+-]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)", telling.email),
    _rule(
        r"(?:https?://(?:www\.)?|www\.)(?P<address>[\w-]+(?:\.[\w-]+)+(?:/[\w/-]*)?)",
        telling.address,
        _I,
    ),
    _rule(
        r"\b(?P<address>[a-z][a-z-]+\.(?:com|org|net|shop|example)(?:/[\w/-]*\w)?)\b",
        telling.address,
    ),
    # "Settings > Battery": a way through menus; between figures it compares.
    _rule(r"(?<=\d)\s*>\s*(?=\d)", " more than "),
    _rule(r"\s*(?:->|=>|>|→|\u203a|»)\s*(?=\w)", ", then "),
    _rule(r"\s+<\s*(?=\$?\d)", " under "),
    # Money: a range says its unit at both ends.
    _rule(
        r"(?:US)?\$\s?(?P<number>\d{1,6}(?:\.\d{1,3})?)\s?(?P<size>k|m|million)\b",
        telling.rounded_price,
        _I,
    ),
    _rule(rf"(\$\s?\d[\d,]*(?:\.\d\d)?){_TO}(?=\$)", r"\1 to "),
    _rule(
        r"(?:US)?\$\s?(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d\d)(?!\d))?",
        telling.price,
    ),
    _rule(
        r"(?<![\d.,])(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d\d))?\s?(?:USD|dollars?)\b",
        telling.price,
    ),
    _rule(r"(?<=ollars|.cents)\s?/\s?(?=month|mo\b|year)", " per "),
    _rule(r"\bper mo\b\.?", "per month"),
    # Codes and telephone numbers, one character at a time.
    _rule(r"(?P<before>(?<=\w) )?\b(?P<code>[A-Z]{1,4}-?\d{4,}(?:-\d+)*)\b", telling.code),
    _rule(
        r"(?<![\w-])(?:\+?\d{1,2}[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])",
        telling.phone,
    ),
    _rule(r"(?<![\w,.-])\d{3}-\d{4}(?![\w-])", telling.phone),
    _rule(r"(?<!\w)\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?![\w-])", telling.phone),
    _rule(r"(?P<before>(?<=\w) )?(?<![\w,.$-])(?P<code>\d{5,}(?:-\d+)?)(?![\w,-])", telling.code),
    # Days, hours and dates.
    _rule(r"\b24\s?/\s?7\b", "twenty four seven"),
    _rule(r"\b(\d{4})-(\d\d)-(\d\d)\b", telling.date),
    _rule(
        r"\b(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
        r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.? "
        r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)?\b(?!:|\s*[ap]\.?m)(?:,? (?P<year>20\d\d)\b)?",
        telling.month,
    ),
    _rule(rf"\b(?P<first>{_DAY})\b\.?{_TO}(?P<last>{_DAY})\b\.?", telling.days, _I),
    _rule(r"\b(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat)\b\.?|\bSun\b\.?(?= \d|:|,)", telling.day),
    _rule(
        rf"(?P<day>\b(?:{'|'.join(telling.DAYS.values())})):?,?\s+"
        rf"(?P<opens>{_CLOCK}){_TO}(?P<closes>{_CLOCK})(?![\d-])",
        telling.hours,
        _I,
    ),
    _rule(
        rf"\b(?P<opens>{_CLOCK}){_TO}(?P<closes>\d{{1,2}}(?::[0-5]\d|(?::[0-5]\d)?{_MERIDIEM}))",
        telling.clock_range,
        _I,
    ),
    _rule(rf"\b\d{{1,2}}(?::[0-5]\d(?:{_MERIDIEM})?|{_MERIDIEM})(?!\d)", telling.time, _I),
    # The shop's vocabulary.
    _rule(r"(?<=\d)\s?([GT]B)\s?/\s?(?=\d+\s?[GT]B\b)", r" \1 or ", _I),
    _rule(r"\b(?P<number>\d+)[\s-]?(?P<unit>GB|TB|MB|MP|mAh|Hz|W)\b", telling.storage),
    _rule(r"\b(?P<number>\d+)\s?(?P<unit>gb|tb|mb)\b", telling.storage),
    _rule(
        r"(?P<before>\biPhones? )(?P<number>\d{1,2})(?:\s?(?P<e>e)\b)?(?!\d|\.\d|,\d)",
        telling.model,
        _I,
    ),
    _rule(r"(?P<before>)\b(?P<number>1[1-9])(?P<e>e)\b", telling.model, _I),
    _rule(
        r"(?P<before>)(?<![\d.,$])\b(?P<number>1[1-9])(?P<e>)(?= (?:Pro|Plus)\b)",
        telling.model,
        _I,
    ),
    _rule(r"\b(sixteen|seventeen)\s?/\s?(?:iPhone )?(?=sixteen|seventeen)", r"\1 or ", _I),
    _rule(r"\bwi[ -]?fi\b", "Wi-Fi", _I),
    _rule(r"\biOS\b", "I O S"),
    _rule(r"\biPadOS\b", "iPad O S"),
    _rule(r"\bUSB[ -]?C\b", "U S B C", _I),
    _rule(r"\beSIM(s?)\b", r"E SIM\1", _I),
    # Signs that are words.
    _rule(r"(?<=\d)\s?%", " percent"),
    _rule(r"\s*&\s*", " and "),
    _rule(r"#\s?(?=\w)", "number "),
    _rule(r"(?<=\w)\s?\+\s?(?=\w)", " plus "),
    _rule(r"(?<=\d)\s?\+", " plus"),
    _rule(r"\be\.g\.,?", "for example"),
    _rule(r"\bi\.e\.,?", "that is"),
    _rule(r"\betc\.", "and so on."),
    _rule(r"\band/or\b", "or"),
    _rule(r"(?<=[A-Za-z])\s?/\s?(?=[A-Za-z])", " or "),
    _rule(r"\b(\d+)\s?[-\u2013]\s?(\d+)\b", r"\1 to \2"),
    _rule(r"\s*(?:\u2014|\s\u2013\s|\s-{1,2}\s)\s*", ", "),
    # What taking things away has left behind.
    _rule(r"\s+", " "),
    _rule(r" +([.,!?;:])", r"\1"),
    _rule(r"([.,;:])(?:[,;:]+)", r"\1"),
    _rule(r"([.!?])[.]+", r"\1"),
)
