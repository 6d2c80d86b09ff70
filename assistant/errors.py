"""The one root of the errors that a person can mend."""

from __future__ import annotations


class MendableError(Exception):
    """Something that a person can put right; its text is a sentence saying what, where and how.

    Whoever meets one shows its text and nothing else. Every kind of it is one of these, so that the
    command line catches this alone.
    """
