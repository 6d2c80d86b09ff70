"""What is known of a call is told to a model and read back by the embedded brain, unchanged."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.shop.wording.known import HEADER, Known, known, read, told
from statemachine.facts import Facts, Order, Selection, Ticket
from statemachine.states import OPEN

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", HEADER, f"x\n{HEADER}\n- state: ended", "- order S1: a, b, $1", "a, b", "a (ordered)"]
    ),
)
NAMES = TEXTS.filter(lambda text: text.replace(",", " ").strip())
CENTS = st.integers(1, 10**7)
PHONES = {"model": NAMES, "storage": st.sampled_from(["256 GB", "1 TB"]), "colour": TEXTS}
NUMBERS = st.sampled_from(["", "+12125550123", "+442079460958"]) | TEXTS
FACTS = st.builds(
    Facts,
    customer_name=TEXTS,
    wish=TEXTS,
    line_number=NUMBERS,
    callback_number=NUMBERS,
    reason=TEXTS,
    met=st.booleans(),
    selection=st.none()
    | st.builds(Selection, **PHONES, price_cents=CENTS, turn=st.just(1), ordered=st.booleans()),
    orders=st.lists(
        st.builds(Order, number=st.from_regex(r"S\d{5}(-\d)?", fullmatch=True), **PHONES,
                  price_cents=CENTS),
        max_size=3,
    ).map(tuple),
    tickets=st.lists(
        st.builds(Ticket, number=st.from_regex(r"T\d{5}(-\d)?", fullmatch=True), issue=TEXTS,
                  resolved=st.booleans(), callback=st.booleans()),
        max_size=3,
    ).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(OPEN), FACTS, st.text(max_size=40))
def test_what_is_told_is_read_back(state: object, facts: Facts, instructions: str) -> None:
    """Whatever callers, models and shops write: no text is taken for a line of the block."""
    established = known(state, facts)  # type: ignore[arg-type]
    assert read(f"{instructions}\n\n{told(established)}") == established


def test_nothing_is_known_where_nothing_is_told() -> None:
    """A system message of somebody else's."""
    assert read("You work in a phone shop.") == Known()
