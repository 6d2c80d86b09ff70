"""Who may take a call: identities and words that only we can make."""

from __future__ import annotations

import pytest

from assistant.phone.people import DECLINED, Way, is_word, minted, way_of, word

SECRET, CALL = "a secret of more than thirty-two characters", "RM_1"


@pytest.mark.parametrize("way", Way)
def test_an_identity_of_ours_is_known(way: Way) -> None:
    """With the way they come by, and never the same twice."""
    one, two = minted(SECRET, CALL, way), minted(SECRET, CALL, way)
    assert one != two
    assert way_of(SECRET, CALL, one) is way_of(SECRET, CALL, two) is way


def test_nobody_elses_identity_is_taken_for_ours() -> None:
    """Of another call, made with another secret, changed, or made up."""
    ours = minted(SECRET, CALL, Way.PAGE)
    for identity in (
        minted(SECRET, "RM_2", Way.PAGE),
        minted("another secret", CALL, Way.PAGE),
        ours.replace("page", "phone"),
        ours[:-1] + ("0" if ours[-1] != "0" else "1"),
        ours + "x",
        "person-page-00000000-" + "0" * 32,
        "person",
        "caller-1",
        "",
    ):
        assert way_of(SECRET, CALL, identity) is None, identity


def test_a_word_of_the_pages_is_signed() -> None:
    """For one call and one meaning."""
    told = word(SECRET, CALL, DECLINED)
    assert is_word(SECRET, CALL, DECLINED, told)
    assert not is_word(SECRET, "RM_2", DECLINED, told)
    assert not is_word("another", CALL, DECLINED, told)
    assert not is_word(SECRET, CALL, "answered", told)
    assert not is_word(SECRET, CALL, DECLINED, b"declined")
