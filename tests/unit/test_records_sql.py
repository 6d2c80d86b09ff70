"""The stores: what is written is read back, once, by its owner, on every kind of database."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from assistant.call.call import Call
from assistant.records import (
    CallRecord,
    Entry,
    Fenced,
    Place,
    RecordError,
    SchemaError,
    Store,
    Taken,
    UnknownCall,
)
from assistant.records.sql.address import address, named
from assistant.records.sql.opening import open_at_start, open_even_if_away, open_store
from assistant.records.sql.schema import CALLS, EVENTS, METADATA, ORDERS, STEP
from assistant.records.sql.store import SqlStore
from assistant.records.sql.upgrade import check, upgrade
from statemachine.answers import Answer
from statemachine.conversation import MACHINE
from statemachine.engine.journal.refusals import UNKNOWN_TRIGGER
from statemachine.engine.journal.replay import replay
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests.calls import call_after
from tests.failing import count, execute

pytest_plugins = ["tests.databases"]

OFFERS = (
    Offer("iPhone 17", "256 GB", 79900, ("black", "white")),
    Offer("iPhone 17 Pro", "256 GB", 109900, ("silver", "deep blue"), ("the big one",)),
)
REACHING = ("name", "callback", "done", "cancelled")
LOOKING_BACK = (
    "calls_listed",
    "calls_ended_by",
    "orders_placed",
    "tickets_opened",
    "events_ways",
    "orders_callback",
    "tickets_callback",
    "calls_number",
)
LOOKED_BACK_IN = ("usage", "traffic_days", "traffic_ways", "traffic_visits")
SPOKE = Entry("caller_spoke", {"answer": "open"}, "greeting", "greeting", True)
CONVERSATION: tuple[Trigger, ...] = (
    CallerSpoke(Answer.YES),
    ToBuying("a phone for Zebedee"),
    CallerSpoke(Answer.YES),
    SelectModel("iPhone 17 Pro", colour="deep blue"),
    RecordName("Zebedee Quine"),
    CallerSpoke(Answer.YES),
    ConfirmPurchase(),
    SelectModel("", asked="the Nokia of Zebedee"),
    ToSupport("Zebedee's battery"),
    CallerSpoke(Answer.YES),
    LogSupportIssue("Zebedee's battery drains"),
    CallerSpoke(Answer.YES),
    CompleteSupport(),
    CallerHungUp(),
)


async def held(store: Store, id: str = "one", upto: int | None = None) -> Call:
    """A call in which these things happened."""
    call = await call_after(*CONVERSATION[:upto], offers=OFFERS, store=store, id=id)
    await call.refuse("order_for_zebedee", {"who": "Zebedee"}, UNKNOWN_TRIGGER)
    return call


async def test_what_was_written_is_read_back_and_replays_to_the_live_call(store: Store) -> None:
    """Journal, state and facts come back from the store as they are in the call."""
    call = await held(store)
    record = await store.read("one")
    told = replay(record.opening, record.journal, MACHINE)
    assert list(record.journal) == call.journal
    assert (told.state, told.facts) == (call.state, call.facts)
    assert all(entry.at > 0 for entry in record.journal)


async def test_recent_calls_come_newest_first_with_path_order_and_ticket(store: Store) -> None:
    """A list of calls says what became of each."""
    await held(store, "first")
    await held(store, "second", upto=3)
    newest, first = await store.recent()
    assert (newest.id, newest.path, newest.ended) == ("second", ("greeting", "buying"), None)
    assert first.path == ("greeting", "buying", "support", "greeting", "ended")
    assert first.ended_by == "caller_hung_up"
    assert first.ended is not None
    assert first.ended >= first.began
    assert [order.model for order in first.orders] == ["iPhone 17 Pro"]
    assert [ticket.status for ticket in first.tickets] == ["resolved"]
    assert len(await store.recent(1)) == 1


async def test_forgetting_blanks_the_words_and_keeps_states_and_counts(store: Store) -> None:
    """After forgetting, no word of the caller's is left, and the replay passes the same states."""
    call = await held(store)
    await store.forget("one")
    await store.forget("one")
    record = await store.read("one")
    told = replay(record.opening, record.journal, MACHINE)
    everything = repr(record) + repr(await store.recent()) + repr(told.facts)
    assert "ebedee" not in everything
    assert "uine" not in everything
    assert told.state is call.state
    assert told.facts.selection == call.facts.selection
    assert told.facts.orders == call.facts.orders
    assert len(told.facts.tickets) == len(call.facts.tickets)
    assert [(e.source, e.target, e.accepted) for e in record.journal] == [
        (e.source, e.target, e.accepted) for e in call.journal
    ]


async def test_forgotten_words_are_gone_from_the_file(sqlite_store: SqlStore) -> None:
    """The bytes of the SQLite file and its log hold nothing of what was forgotten."""
    await held(sqlite_store)
    file = Path(str(sqlite_store.database.url.database))
    around = [file, file.with_name(f"{file.name}-wal")]
    assert any(b"Zebedee" in each.read_bytes() for each in around)
    await sqlite_store.forget("one")
    assert not any(b"Zebedee" in each.read_bytes() for each in around if each.exists())


async def test_a_call_that_is_on_is_not_forgotten(sql_store: SqlStore) -> None:
    """Forgetting under a running call's feet would leave half of it."""
    await held(sql_store, upto=3)
    await sql_store.renew("one", 30)
    with pytest.raises(RecordError, match="still on"):
        await sql_store.forget("one")
    await sql_store.renew("one", 0)
    await sql_store.forget("one")


async def test_a_call_in_its_farewell_is_not_forgotten(sql_store: SqlStore) -> None:
    """Its worker writes its report after that, with all that was said."""
    await held(sql_store)
    await sql_store.renew("one", 30)
    with pytest.raises(RecordError, match="still on"):
        await sql_store.forget("one")


async def test_whoever_is_still_on_a_forgotten_call_writes_nothing_more_to_it(
    sql_store: SqlStore,
) -> None:
    """A console holds its call without a lease."""
    call = await held(sql_store, upto=3)
    await sql_store.forget("one")
    with pytest.raises(Fenced):
        await sql_store.renew("one", 0)
    await call.fire(RecordName("Zebedee Quine"))
    assert call.fenced
    assert "ebedee" not in repr(await sql_store.read("one"))


async def test_an_unknown_call_is_one_sentence(store: Store) -> None:
    """Whatever is asked of a call that never was, the answer names it."""
    for asking in (store.read("nobody"), store.forget("nobody"), store.claim("nobody")):
        with pytest.raises(UnknownCall, match=r"^There is no call nobody\.$"):
            await asking


async def test_every_call_gets_a_reference_of_its_own(store: Store) -> None:
    """References are not used twice, and one that is given is kept."""
    given = [await store.begin(f"call {n}", Facts()) for n in range(20)]
    assert len(set(given)) == 20
    assert await store.begin("with its own", Facts(reference="123456789")) == "123456789"
    assert await store.begin("call 3", Facts()) == given[3]


async def test_writing_the_same_again_is_safe_and_another_is_refused(sql_store: SqlStore) -> None:
    """An answer that was lost can be asked for again; a number is never written anew."""
    await sql_store.begin("one", Facts())
    await sql_store.write("one", 0, SPOKE, ())
    await sql_store.write("one", 0, SPOKE, ())
    with pytest.raises(Taken) as taken:
        await sql_store.write("one", 0, replace(SPOKE, trigger="caller_hung_up"), ())
    assert taken.value.entry == SPOKE
    with pytest.raises(RecordError, match="entry 1 of call one is still to be written"):
        await sql_store.write("one", 2, SPOKE, ())
    assert await count(sql_store, "events") == 1


async def test_the_journals_key_refuses_a_second_writer(sql_store: SqlStore) -> None:
    """Even past the program, the database takes no number twice, nor a second order a selection."""
    await held(sql_store)
    row = {"call": "one", "number": 0, "trigger": "x", "arguments": {}, "source": "", "target": ""}
    more = {"accepted": True, "reasons": [], "at": 0, "facts_check": "", "epoch": 1, "form": 2}
    order = {"number": "S0", "call": "one", "selection": 3, "model": "", "storage": ""}
    for statement in (
        insert(EVENTS).values(row | more),
        insert(ORDERS).values(order | {"colour": "", "price_cents": 0, "placed": 0}),
    ):
        with pytest.raises(RecordError, match=r"(?i)unique"):
            await execute(sql_store, statement)


async def test_of_two_writers_of_one_number_one_wins(url: str) -> None:
    """Two programs that hold the same epoch cannot both write, however close they come."""
    first = await open_store(url)
    twin = SqlStore(url, owner=first.owner)
    await first.begin("one", Facts())
    await twin.begin("one", Facts())
    other = replace(SPOKE, arguments={"answer": "no"})
    for number in range(10):
        outcomes = await asyncio.gather(
            first.write("one", number, SPOKE, ()),
            twin.write("one", number, other, ()),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Taken"]
    await first.close()
    await twin.close()


async def test_whoever_claims_a_call_fences_the_writer_before(url: str) -> None:
    """The old writer can write nothing any more and its call knows that it is fenced."""
    old, new = await open_store(url), SqlStore(url)
    call = await held(old, upto=4)
    with pytest.raises(Fenced):
        await new.write("one", len(call.journal), SPOKE, ())
    taken_up = await Call.resume("one", new)
    assert (taken_up.state, taken_up.facts) == (call.state, call.facts)
    assert taken_up.journal == call.journal
    with pytest.raises(Fenced):
        await old.renew("one", 5)
    await call.fire(CallerSpoke(Answer.YES))
    assert call.fenced
    refused = await call.fire(ConfirmPurchase())
    assert not hasattr(refused, "effects")
    await taken_up.fire(CallerSpoke(Answer.YES))
    await taken_up.fire(ConfirmPurchase())
    assert not taken_up.fenced
    assert await count(new, "orders") == 1
    assert list((await new.read("one")).journal) == taken_up.journal
    await old.close()
    await new.close()


async def test_a_call_whose_lease_runs_is_taken_by_nobody_and_then_by_one(url: str) -> None:
    """Of several that try, exactly one takes a call up, and none before its lease is over."""
    owner = await open_store(url)
    await owner.begin("one", Facts())
    await owner.renew("one", 0.4)
    others = [SqlStore(url) for _ in range(4)]
    with pytest.raises(Fenced):
        await others[0].claim("one")
    await asyncio.sleep(0.5)
    outcomes = await asyncio.gather(
        *(other.claim("one", 30.0, epoch=1) for other in others), return_exceptions=True
    )
    won = [each for each in outcomes if isinstance(each, CallRecord)]
    assert [each.epoch for each in won] == [2]
    assert sum(isinstance(each, Fenced) for each in outcomes) == 3
    for each in (owner, *others):
        await each.close()


async def test_odd_characters_are_written_without_harm(sql_store: SqlStore) -> None:
    """What a model makes up cannot keep the journal from being written."""
    call = await Call.begin("one", OFFERS, sql_store)
    await call.refuse("no\0 tool \ud800 here" * 9, {"a\0": "b\0\ud800 \U0001f600"}, "\0why")
    assert await call.write_up(0)
    assert len((await sql_store.read("one")).journal) == 1


@pytest.mark.parametrize("room", ["r" * 256, "a\0b\x1a", "\x1a0\0"])
async def test_a_room_may_have_any_name_that_livekit_lets_it(
    sql_store: SqlStore, room: str
) -> None:
    """It comes back as it was: under another one nobody would find the caller."""
    place = Place(room, "a" * 120, "\0brought")
    await sql_store.begin("one", Facts(), place, 0.001)
    await asyncio.sleep(0.05)
    (found,) = await sql_store.orphans("a" * 120)
    assert found.room == room
    assert (await sql_store.read("one")).place.room == room


async def test_words_may_be_as_long_as_a_catalogue_or_a_model_makes_them(
    sql_store: SqlStore,
) -> None:
    """A model's name, a storage and a colour are written as they are sold, an issue as it came."""
    sold = Offer(f"iPhone 17 {'Pro' * 40}", "256 GB", 79900, (f"blue{'ish' * 40}",))
    buying = (CallerSpoke(Answer.YES), ToBuying(), CallerSpoke(Answer.YES), SelectModel(sold.model))
    issue = ", and ".join(["the battery drains"] * 300)
    call = await call_after(
        *(*buying, CallerSpoke(Answer.YES), ConfirmPurchase()),
        *(ToSupport(), CallerSpoke(Answer.YES), LogSupportIssue(issue), CallerSpoke(Answer.YES)),
        LogSupportIssue(issue + " again"),
        offers=(sold,),
        store=sql_store,
    )
    assert [entry.trigger for entry in call.journal if not entry.accepted] == []
    (told,) = await sql_store.recent()
    assert [order.model for order in told.orders] == [sold.model]
    assert [ticket.issue for ticket in told.tickets] == [issue, issue + " again"]


async def test_upgrading_twice_or_at_once_does_no_harm(url: str) -> None:
    """Several programs may start together on an empty database."""
    await asyncio.gather(*(upgrade(url) for _ in range(3)))
    await upgrade(url)
    await check(url)


async def test_the_steps_lead_to_the_tables_of_the_program(url: str) -> None:
    """The migrations and schema.py are one schema."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    store = await open_store(url)
    differences = await store.database.run(
        lambda on: compare_metadata(MigrationContext.configure(on), METADATA), writes=False
    )
    await store.close()
    assert differences == []


async def test_older_newer_and_foreign_tables_are_one_sentence(url: str) -> None:
    """A schema that doesn't fit is named, with what to do."""
    with pytest.raises(SchemaError, match=f"are at step none, this program's at {STEP}: upgrade"):
        await check(url)
    store = await open_store(url)
    await execute(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        SchemaError, match=rf"at step 9999, newer than .* {STEP}: update the program"
    ):
        await open_store(url)
    await execute(store, "DELETE FROM alembic_version")
    with pytest.raises(SchemaError, match="has a table calls that this program didn't make"):
        await upgrade(url)
    await store.close()


@pytest.fixture
async def renewed(url: str) -> str:
    """The address of a database whose tables a newer program has renewed, as its steps may."""
    store = await open_store(url)
    more = "ALTER TABLE calls ADD COLUMN mood VARCHAR(20) NOT NULL DEFAULT ''"
    await execute(store, more, "UPDATE alembic_version SET version_num = '0099'")
    await store.close()
    return url


async def test_a_call_goes_on_with_tables_that_a_newer_worker_has_renewed(renewed: str) -> None:
    """While workers are replaced, those that still run keep their callers, old and new."""
    store = await open_even_if_away(renewed, owner="agent-1")
    call = await held(store, upto=4)
    other = await open_even_if_away(renewed, owner="agent-2")
    taken_up = await Call.resume("one", other)
    assert taken_up.journal == call.journal
    await taken_up.fire(CallerSpoke(Answer.YES))
    assert list((await other.read("one")).journal) == taken_up.journal
    await store.close()
    await other.close()


async def test_a_program_that_starts_on_newer_tables_is_told_to_be_updated(renewed: str) -> None:
    """The worker's start, the console and the commands insist on the tables they know."""
    for opening in (open_at_start, open_store):
        with pytest.raises(SchemaError, match=r"at step 0099, newer than .*: update the program"):
            await opening(renewed)


async def test_a_call_makes_or_renews_tables_that_are_missing_or_older(url: str) -> None:
    """Only newer ones are left as they are; another program's are refused."""
    store = await open_even_if_away(url, owner="agent-1")
    await check(url)
    await execute(
        store,
        *(f"DROP TABLE {table}" for table in LOOKED_BACK_IN),
        *(f"DROP INDEX {index}" for index in LOOKING_BACK),
        "DROP INDEX calls_looked_after",
        "DROP INDEX tickets_one_open_an_issue",
        "CREATE UNIQUE INDEX tickets_one_open_an_issue ON tickets (call, issue)",
        *(f"ALTER TABLE orders DROP COLUMN {name}" for name in REACHING),
        *(f"ALTER TABLE tickets DROP COLUMN {name}" for name in REACHING[:2]),
        "ALTER TABLE calls DROP COLUMN caller",
        "ALTER TABLE calls DROP COLUMN number",
        "ALTER TABLE calls DROP COLUMN agent",
        "ALTER TABLE calls DROP COLUMN brought",
        "ALTER TABLE tickets DROP COLUMN issue_key",
        "ALTER TABLE events DROP COLUMN form",
        "UPDATE alembic_version SET version_num = '0001'",
    )
    await (await open_even_if_away(url, owner="agent-2")).close()
    await check(url)
    await execute(store, "UPDATE alembic_version SET version_num = 'f00d'")
    with pytest.raises(SchemaError, match="at step f00d"):
        await open_even_if_away(url, owner="agent-3")
    await store.close()


async def test_a_call_from_other_facts_is_one_sentence(sql_store: SqlStore) -> None:
    """An opening of another version is refused with what changed."""
    await sql_store.begin("one", Facts())
    await execute(sql_store, update(CALLS).values(opening=json.loads('{"mood": "fine"}')))
    with pytest.raises(RecordError, match="the facts have no mood any more"):
        await sql_store.read("one")


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://jo@db/shop", "postgresql+asyncpg://jo@db/shop"),
        ("postgresql://jo:pw@db:5433/shop", "postgresql+asyncpg://jo:pw@db:5433/shop"),
        ("postgresql://jo@db/shop?sslmode=require", "postgresql+asyncpg://jo@db/shop?ssl=require"),
        ("sqlite:///data/calls.db", "sqlite:///data/calls.db"),
        ("sqlite:////var/calls.db ", "sqlite:////var/calls.db"),
    ],
)
def test_plain_addresses_are_understood(given: str, understood: str) -> None:
    """No driver has to be named."""
    url = address(given)
    assert url.render_as_string(hide_password=False) == understood
    assert "pw" not in named(url)


async def test_a_file_at_home_is_made_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself takes `~` for a folder of that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    await (await open_store("sqlite:///~/new/calls.db")).close()
    assert (tmp_path / "new/calls.db").is_file()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("calls.db", "no address of a database"),
        ("", "no address of a database"),
        ("mysql://jo@db/shop", "begins with mysql://, which is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://jo@db/shop?colour=red", "unknown option colour"),
        ("postgresql://jo@db:port/shop", "no address of a database"),
        ("postgresql://jo@127.0.0.1:9/shop", "shop at 127.0.0.1:9: "),
        ("sqlite:////proc/nothing/calls.db", "cannot be made"),
        ("sqlite:///~nobody-here/calls.db", "nobody here has such a home: write the whole path"),
    ],
)
async def test_a_wrong_address_is_one_sentence(wrong: str, said: str) -> None:
    """It names the setting or the place, in one line."""
    with pytest.raises(RecordError, match=said) as error:
        await open_store(wrong)
    assert "\n" not in str(error.value)
