"""Which of the shop's people may take a call: whoever has an identity that only we can make."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from enum import Enum

TOPIC = "shop.person"
"""The topic under which the page tells a call's agent that nobody takes it there."""
DECLINED = "declined"


class Way(str, Enum):
    """How somebody comes to a caller."""

    PAGE = "page"
    PHONE = "phone"


def minted(secret: str, call: str, way: Way) -> str:
    """An identity under which somebody may take this call; LiveKit's secret proves that it is ours.

    Whoever holds a token of another maker, or for another call, can't have one.
    """
    once = secrets.token_hex(4)
    return f"person-{way.value}-{once}-{_proof(secret, call, way.value, once)}"


def way_of(secret: str, call: str, identity: str) -> Way | None:
    """How somebody of this identity may take the call; None for whoever may not."""
    found = re.fullmatch(r"person-(page|phone)-([0-9a-f]{8})-([0-9a-f]{32})", identity)
    if found is None:
        return None
    way, once, proof = found.groups()
    right = hmac.compare_digest(proof, _proof(secret, call, way, once))
    return Way(way) if right else None


def word(secret: str, call: str, said: str) -> bytes:
    """A word of the page's about a call, signed."""
    return f"{said}:{_proof(secret, call, 'word', said)}".encode()


def is_word(secret: str, call: str, said: str, data: bytes) -> bool:
    """Whether these bytes are that word, by somebody who has LiveKit's secret."""
    return hmac.compare_digest(data, word(secret, call, said))


def _proof(secret: str, *parts: str) -> str:
    signed = hmac.new(secret.encode(), "\n".join(("person", *parts)).encode(), hashlib.sha256)
    return signed.hexdigest()[:32]
