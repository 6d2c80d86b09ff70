"""What is compared when a caller's words are looked up: the telling ones, without endings."""

from __future__ import annotations

import re

from assistant.language.sentence import as_heard, word_set

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
_NOT = word_set(
    "not wont dont doesnt didnt isnt arent wasnt cant cannot couldnt wouldnt aint havent hasnt "
    "never stopped stops refuses fails failed failing unable hardly barely quit"
)
"""Words that deny what follows; "no" isn't one, for "no service" is a thing of its own."""
_DROPPED = word_set(
    "a an the my our your his her their this that is are was were am be been being im ive its "
    "it i so very really just like uh um er to of at and with has have had will do does did can "
    "could any some all anymore more longer even want wants properly right when for going"
)
_FIXED_WORDS = word_set("bars ios sos esim always lens airpods")


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


def stems(text: str) -> frozenset[str]:
    """A set of words without their endings, written down as a sentence of them."""
    return frozenset(_stem(word) for word in text.split())


def normal(text: str) -> list[str]:
    """A sentence's telling words: recogniser's splits joined, denials alike, endings cut off."""
    raw = re.findall(r"[^\W_]+", as_heard(text).lower().replace("'", "").replace("-", " "))
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
