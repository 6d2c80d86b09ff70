"""A table that cannot be a conversation is refused, with its row and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.agents import EVERY_AGENT, ShopAgent
from assistant.agents.desks import registry
from assistant.language.phrases.vocabulary import OWN_FOLDER, load
from statemachine.engine.checks import TableError, check
from statemachine.engine.machine import Machine
from statemachine.engine.rows import Row, row
from statemachine.engine.triggers import ModelTrigger
from statemachine.facts import Facts
from statemachine.guards import model_selected, spoken_since_entering
from statemachine.states import FINAL, OPEN, State
from statemachine.table import TABLE
from statemachine.triggers import CallerHungUp, EndCall, EndPurchaseCall, ToBuying, ToSupport

BUYING, GREETING = State.BUYING, State.GREETING


def a_state(value: str) -> State:
    """A state that stands nowhere yet."""
    state = str.__new__(State, value)
    state._name_, state._value_, state.desk = value.upper(), value, value
    state.agent = f"{value.title()}Agent"
    return state


REPAIRS = a_state("repairs")


@dataclass(frozen=True, slots=True)
class GiveBack(ModelTrigger):
    """Take a phone back."""


class Undescribed(ModelTrigger):
    __doc__ = None


def undescribed_guard(facts: Facts) -> bool:
    return True


undescribed_guard.__doc__ = None


def refusal(rows: tuple[Row, ...], states: tuple[State, ...] = tuple(State)) -> str:
    """What is said of a faulty table."""
    with pytest.raises(TableError) as raised:
        check(replace(TABLE, rows=rows, states=states))
    return str(raised.value)


def without(unwanted: Callable[[Row], bool]) -> tuple[Row, ...]:
    """The shop's table less some rows."""
    return tuple(each for each in TABLE if not unwanted(each))


def leaving_out(state: State) -> tuple[Row, ...]:
    """The shop's table with nothing that starts in a state."""
    kept = (
        replace(each, sources=tuple(s for s in each.sources if s is not state)) for each in TABLE
    )
    return tuple(each for each in kept if each.sources)


def test_the_shops_table_has_no_fault() -> None:
    """What is committed can be a conversation."""
    check(TABLE)


def test_a_faulty_table_makes_no_machine() -> None:
    """Nothing runs on a table with a fault: it is found before any call."""
    with pytest.raises(TableError):
        Machine(replace(TABLE, rows=TABLE.rows[1:]))


def test_an_unknown_source_is_named() -> None:
    """A row from a state that isn't in states.py is refused."""
    assert refusal((*TABLE, row(GiveBack, REPAIRS, FINAL))) == (
        "'give_back: repairs -> ended' names the unknown state <State.REPAIRS: 'repairs'>: "
        "add it to states.py"
    )


def test_an_unknown_target_is_named() -> None:
    """A row to a state that isn't in states.py is refused."""
    message = refusal((*TABLE, row(GiveBack, GREETING, REPAIRS)))
    assert "'give_back: greeting -> repairs' names the unknown state" in message


def test_a_row_without_a_source_is_refused() -> None:
    """It could never happen."""
    assert refusal((*TABLE, row(GiveBack, (), FINAL))) == (
        "'give_back:  -> ended' starts nowhere: give it a source state"
    )


def test_a_way_out_of_the_end_is_refused() -> None:
    """The end is the end."""
    assert refusal((*TABLE, row(GiveBack, FINAL, GREETING))) == (
        "'give_back: ended -> greeting' leaves ended, where nothing may happen: take it out"
    )


def test_a_state_that_nobody_reaches_is_named() -> None:
    """Every state needs a way from the front desk."""
    assert refusal(without(lambda each: each.to is BUYING)) == (
        "no row leads to buying from greeting: add one, or drop the state"
    )


def test_a_state_that_nobody_can_leave_is_named() -> None:
    """Every state needs a way to the end."""
    assert refusal(leaving_out(BUYING)) == (
        "no way leads from buying to ended: add a row that ends the call"
    )


def test_a_state_that_only_the_line_can_end_is_named() -> None:
    """Hanging up is not enough: the caller's own word must be able to end the call anywhere."""
    assert refusal(without(lambda each: each.trigger is EndPurchaseCall)) == (
        "the caller's word cannot end the call in buying: add a row to ended for a trigger of "
        "the model"
    )


def test_a_row_written_twice_is_refused() -> None:
    """The second would never happen."""
    twice = TABLE.rows[0]
    where = ", ".join(sorted(state.value for state in twice.sources))
    assert refusal((*TABLE, twice)) == (
        f"'{twice}' never happens in {where}: the earlier '{twice}' takes every case; remove one, "
        "or give the earlier a guard that the later lacks"
    )


def test_a_row_behind_an_easier_one_is_refused() -> None:
    """With all of an earlier row's guards and more it would never be asked."""
    hidden = row(ToSupport, BUYING, State.SUPPORT, when=(model_selected, spoken_since_entering))
    assert "never happens in buying: the earlier 'to_support" in refusal((*TABLE, hidden))


def test_a_row_before_an_easier_one_is_fine() -> None:
    """The stricter row first, then the one for everybody else."""
    stricter = row(EndCall, GREETING, FINAL, when=(spoken_since_entering, model_selected))
    check(replace(TABLE, rows=(stricter, *TABLE)))


def test_a_trigger_without_a_description_is_named() -> None:
    """A model could not know when to call it."""
    assert refusal((*TABLE, row(Undescribed, BUYING))) == (
        "'undescribed: buying -> same': Undescribed has no docstring to tell a model"
    )


def test_a_guard_without_a_description_is_named() -> None:
    """A model could not be told why it was refused."""
    assert refusal((*TABLE, row(GiveBack, BUYING, when=(undescribed_guard,)))) == (
        "'give_back: buying -> same': guard undescribed_guard has no docstring to say on refusal"
    )


def test_a_state_without_an_opening_is_named() -> None:
    """An agent that takes over without a line would begin with silence."""
    states = (*State, REPAIRS)
    message = refusal((*TABLE, row(GiveBack, GREETING, REPAIRS)), states)
    assert message == (
        "'give_back: greeting -> repairs': no line opens 'repairs': add OPENING_REPAIRS to lines.py"
    )


def test_a_trigger_without_a_row_is_named() -> None:
    """What was written and forgotten in the table would be a tool that nobody gets."""
    with pytest.raises(TableError) as raised:
        check(replace(TABLE, declared=(*TABLE.declared, GiveBack)))
    assert str(raised.value) == "GiveBack has no row: give it one in the table, or drop it"
    assert set(TABLE.declared) <= set(TABLE.triggers.values())


def test_a_state_in_which_nobody_would_speak_is_named() -> None:
    """An agent that was forgotten, or has another state or name, is found at the start."""

    class Misnamed(ShopAgent):
        state = State.SUPPORT

    others = tuple(each for each in EVERY_AGENT if each.state is not State.SUPPORT)
    for agents, there in ((others, "nobody"), ((*others, Misnamed), "Misnamed")):
        with pytest.raises(TableError, match=f"SupportAgent is to speak.* has {there} there"):
            registry(agents)


def test_a_model_has_nothing_to_do_where_nobody_speaks() -> None:
    """An agent that was forgotten in states.py would leave the caller with nobody."""
    message = refusal((*TABLE, row(GiveBack, State.WITH_PERSON, GREETING)))
    assert message == (
        "'give_back: with_person -> greeting' is a model's, and nobody speaks in with_person: name "
        "its agent in states.py, or take it from the row"
    )


def test_words_for_a_desk_that_is_none_are_named(tmp_path: Path) -> None:
    """A slip in a section's name would lead nobody there, unseen."""
    for path in OWN_FOLDER.glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace("[desk.support]", "[desk.suport]")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\[desk.suport\] names no state: use one of greeting, "):
        load(tmp_path)


def test_every_open_state_hears_the_line_go() -> None:
    """A caller who hangs up is gone at every desk."""
    (hung_up,) = (each for each in TABLE if each.trigger is CallerHungUp)
    assert set(hung_up.sources) == set(OPEN)


def test_a_row_tells_itself_in_one_line() -> None:
    """Messages name rows the way the table has them."""
    assert str(row(ToBuying, (GREETING, State.SUPPORT), BUYING)) == (
        "to_buying: greeting, support -> buying"
    )
