"""A caller waits for a person: who is asked, who counts, and what the call is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import api, rtc
from livekit.protocol import sip

from assistant.call.brief import brief
from assistant.call.call import Call
from assistant.phone.people import DECLINED, TOPIC, Way, minted, way_of, word
from assistant.settings import Rooms
from assistant.shop.wording import lines, prompts
from assistant.worker.reaching import Reaching, Served
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    PersonAnswered,
    RecordName,
    SelectModel,
    Staff,
    StopWaiting,
    ToBuying,
    ToPerson,
)
from tests.calls import HEARD, PURCHASE, call_after

SECRET = "a secret of more than thirty-two characters"
SIP, STANDARD = (
    rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
)
SOUND = SimpleNamespace(kind=rtc.TrackKind.KIND_AUDIO)
WANTED = (HEARD, ToPerson("my invoice", Staff.IN))
PHONE = {"person_number": "+12125550111", "person_trunk": "ST_1"}


def somebody(identity: str, *, sound: bool = True, kind: Any = STANDARD, **said: str) -> Any:
    """A participant; what is `said` are its SIP attributes."""
    return SimpleNamespace(
        identity=identity,
        kind=kind,
        disconnect_reason=rtc.DisconnectReason.CLIENT_INITIATED,
        track_publications={f"TR_{identity}": SOUND} if sound else {},
        attributes={f"sip.{name}": value for name, value in said.items()},
    )


@dataclass
class Shop:
    """A caller's room on LiveKit's server, and what was asked of that."""

    call: Call
    keys: Rooms
    inside: list[Any] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rung: list[sip.CreateSIPParticipantRequest] = field(default_factory=list)
    put_on: list[sip.TransferSIPParticipantRequest] = field(default_factory=list)
    heard: list[tuple[str, str, bool]] = field(default_factory=list)
    """Who was made to hear whose sound, or not."""
    gone: list[str] = field(default_factory=list)
    fault: Exception | None = None
    caller: Any = field(default_factory=lambda: somebody("caller"))
    name: str = "shop"

    def __post_init__(self) -> None:
        self.hears: dict[str, list[Callable[..., None]]] = {}
        self.inside.insert(0, self.caller)
        self.local_participant = SimpleNamespace(
            track_publications={"TR_jill": SOUND},
            set_track_subscription_permissions=lambda **_: None,
        )
        line: Any = SimpleNamespace(
            data=SimpleNamespace(call=self.call, prompts=prompts.load()),
            session=SimpleNamespace(tts=None),
            caller_gone=lambda: self.gone.append("caller"),
        )
        api: Any = SimpleNamespace(room=self, sip=self)
        ctx: Any = SimpleNamespace(room=self, api=api)
        self.reaching = Reaching(ctx, line, self.keys, lambda: "caller", lambda: ["caller"])
        self.served = Served(line, self.reaching)
        self.reaching.begin()

    @property
    def remote_participants(self) -> dict[str, Any]:
        return {who.identity: who for who in self.inside}

    def on(self, event: str, listener: Callable[..., None]) -> None:
        self.hears.setdefault(event, []).append(listener)

    async def tells(self, event: str, *what: Any) -> None:
        for listener in list(self.hears.get(event, [])):
            listener(*what)
        await self.settled()

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        await self.call.settled()
        for _ in range(20):
            await asyncio.sleep(0)

    async def comes(self, who: Any) -> None:
        self.inside.append(who)
        await self.tells("participant_connected", who)

    async def leaves(self, who: Any) -> None:
        self.inside.remove(who)
        await self.tells("participant_disconnected", who)

    async def presses(self, who: Any, digit: str) -> None:
        await self.tells("sip_dtmf_received", SimpleNamespace(participant=who, digit=digit))

    # LiveKit's own interface

    async def remove_participant(self, asked: api.RoomParticipantIdentity) -> None:
        self.removed.append(asked.identity)

    async def update_subscriptions(self, asked: api.UpdateSubscriptionsRequest) -> None:
        self.heard += [(asked.identity, track, asked.subscribe) for track in asked.track_sids]

    async def create_sip_participant(
        self, asked: sip.CreateSIPParticipantRequest, **_: object
    ) -> None:
        if self.fault:
            raise self.fault
        self.rung.append(asked)

    async def transfer_sip_participant(
        self, asked: sip.TransferSIPParticipantRequest
    ) -> sip.TransferSIPParticipantResponse:
        self.put_on.append(asked)
        if self.fault:
            raise self.fault
        status = sip.SIPTransferStatus.STS_TRANSFER_SUCCESSFUL
        return sip.TransferSIPParticipantResponse(status=status)

    @property
    def last(self) -> str:
        """What was told of a person last."""
        told = [e.trigger for e in self.call.journal if e.accepted and e.source != e.target]
        return told[-1]


async def shop(*triggers: Trigger, **keys: Any) -> Shop:
    """A call after these, in a room that is looked after."""
    chosen = {"person_seconds": 60.0, **(keys or {"person_page": True})}
    call = await call_after(*triggers)
    return Shop(call, Rooms(livekit_api_secret=SECRET, **chosen))


def colleague(room: Shop, way: Way = Way.PAGE, **given: Any) -> Any:
    """Somebody whom we let in."""
    return somebody(minted(SECRET, room.call.id, way), **given)


# On the page


async def test_a_colleague_who_is_heard_has_the_call_and_leaves_it() -> None:
    """It is theirs with their first sound, and Jill's again when they go."""
    room = await shop(*WANTED)
    them = colleague(room, sound=False)
    await room.comes(them)
    assert room.call.state is State.WAITING
    them.track_publications["TR"] = SOUND
    await room.tells("track_published", SOUND, them)
    assert room.call.state is State.WITH_PERSON
    await room.leaves(them)
    assert (room.call.state, room.last) == (State.GREETING, "person_left")


async def test_nobody_else_takes_the_call_nor_leaves_it() -> None:
    """Whatever they call themselves: the identity is ours to make."""
    room = await shop(*WANTED)
    for other in ("person-page-00000000-" + "0" * 32, minted("x", "test", Way.PAGE), "person"):
        await room.comes(somebody(other, kind=SIP, callStatus="active"))
        await room.presses(room.inside[-1], "1")
    assert room.call.state is State.WAITING
    them = colleague(room)
    await room.comes(them)
    await room.leaves(room.inside[1])
    assert room.call.state is State.WITH_PERSON


async def test_the_second_who_answers_is_put_out_again() -> None:
    """One colleague has the call; so is one who comes when the caller waits no more."""
    room = await shop(*WANTED)
    first, second = colleague(room), colleague(room)
    await room.comes(first)
    await room.comes(second)
    assert room.removed == [second.identity]
    later = await shop(*WANTED, HEARD, StopWaiting())
    them = colleague(later)
    await later.comes(them)
    assert later.removed == [them.identity]
    assert later.call.state is State.GREETING


async def test_nobody_at_a_page_takes_it() -> None:
    """Only the page can say so, and only with the signature."""
    room = await shop(*WANTED)
    told = word(SECRET, room.call.id, DECLINED)
    for data, sender, topic in (
        (b"declined", None, TOPIC),
        (told, somebody("caller"), TOPIC),
        (told, None, "else"),
    ):
        await room.tells(
            "data_received", SimpleNamespace(data=data, participant=sender, topic=topic)
        )
    assert room.call.state is State.WAITING
    await room.tells("data_received", SimpleNamespace(data=told, participant=None, topic=TOPIC))
    assert room.last == "person_declined"


async def test_who_waits_too_long_is_told_so() -> None:
    """After the setting's seconds; a caller who went on meanwhile hears nothing of it."""
    room = await shop(*WANTED, person_page=True, person_seconds=0.02)
    await asyncio.sleep(0.01)
    room.reaching._wait(0.01)  # the journal's time counts, and it was taken up at once
    await asyncio.sleep(0.05)
    await room.settled()
    assert room.last == "nobody_answered"
    assert room.call.facts.callback is not None


# By telephone


async def test_a_colleagues_telephone_is_rung_and_takes_the_call_by_a_key() -> None:
    """Until then neither hears the other; another's key is nothing."""
    room = await shop(*WANTED, **PHONE)
    await room.settled()
    (asked,) = room.rung
    assert (asked.sip_call_to, asked.sip_trunk_id, asked.room_name) == (
        "+12125550111",
        "ST_1",
        "shop",
    )
    assert way_of(SECRET, room.call.id, asked.participant_identity) is Way.PHONE
    them = somebody(asked.participant_identity, kind=SIP, callStatus="ringing")
    await room.comes(them)
    theirs = f"TR_{them.identity}"
    assert {("caller", theirs, False), (them.identity, "TR_caller", False)} <= set(room.heard)
    them.attributes["sip.callStatus"] = "active"
    await room.tells("participant_attributes_changed", {}, them)
    await room.presses(room.caller, "1")
    await room.presses(them, "5")
    assert room.call.state is State.WAITING
    assert not any(on for *_, on in room.heard)
    await room.presses(them, "1")
    assert room.call.state is State.WITH_PERSON
    assert {("caller", theirs, True), (them.identity, "TR_caller", True)} <= set(room.heard)
    await room.leaves(them)
    assert room.last == "person_left"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (rtc.DisconnectReason.USER_REJECTED, "person_declined"),
        (rtc.DisconnectReason.USER_UNAVAILABLE, "nobody_answered"),
    ],
)
async def test_a_telephone_that_isnt_picked_up(reason: Any, told: str) -> None:
    """Busy or rung in vain: the caller hears which."""
    room = await shop(*WANTED, **PHONE)
    await room.settled()
    them = somebody(room.rung[0].participant_identity, kind=SIP, callStatus="ringing")
    them.disconnect_reason = reason
    await room.comes(them)
    await room.leaves(them)
    assert room.last == told


async def test_a_colleague_who_presses_2_is_hung_up_on() -> None:
    """And the caller is told that nobody can take their call."""
    room = await shop(*WANTED, **PHONE)
    await room.settled()
    them = somebody(room.rung[0].participant_identity, kind=SIP, callStatus="active")
    await room.comes(them)
    await room.presses(them, "2")
    assert room.last == "person_declined"
    assert room.removed == [them.identity]


async def test_a_telephone_that_rings_is_hung_up_when_the_caller_waits_no_more() -> None:
    """Nobody picks up for a caller who has gone on."""
    room = await shop(*WANTED, **PHONE)
    await room.settled()
    await room.comes(somebody(room.rung[0].participant_identity, kind=SIP, callStatus="ringing"))
    await room.call.fire(CallerSpoke())
    await room.call.fire(StopWaiting())
    await room.settled()
    assert room.removed == [room.rung[0].participant_identity]


async def test_a_trunk_that_refuses_is_told_unless_a_page_rings_as_well() -> None:
    """The way that is left is waited for."""
    fault = api.TwirpError("unavailable", "no +12125550111", status=503)
    room = await shop(HEARD, **PHONE)
    room.fault = fault
    await room.call.fire(ToPerson("", Staff.IN))
    await room.settled()
    assert room.last == "person_not_reached"
    both = await shop(HEARD, **PHONE, person_page=True)
    both.fault = fault
    await both.call.fire(ToPerson("", Staff.IN))
    await both.settled()
    assert both.call.state is State.WAITING


async def test_a_telephone_caller_is_put_on_where_the_shop_wants_that() -> None:
    """A cold transfer: they leave this line for it, which is no hanging up."""
    room = await shop(HEARD, person_number="+12125550111", person_transfer="refer")
    room.caller.kind = SIP
    room.served.caller_gone()
    assert room.gone == ["caller"]
    await room.call.fire(ToPerson("", Staff.IN))
    await room.settled()
    assert [(each.participant_identity, each.transfer_to) for each in room.put_on] == [
        ("caller", "tel:+12125550111")
    ]
    assert room.call.ended_by == "caller_put_on"


async def test_a_caller_who_cant_be_put_on_is_called_back() -> None:
    """The carrier refuses, and they are still there; in a browser nobody can be put on."""
    room = await shop(HEARD, person_number="+12125550111", person_transfer="refer")
    room.caller.kind, room.fault = SIP, api.TwirpError("unavailable", "no", status=503)
    await room.call.fire(ToPerson("", Staff.IN))
    await room.settled()
    assert room.last == "person_not_reached"
    assert not room.gone
    browser = await shop(HEARD, person_number="+12125550111", person_transfer="refer")
    await browser.call.fire(ToPerson("", Staff.IN))
    await browser.settled()
    assert browser.last == "person_not_reached"


# Taken up


async def test_a_call_that_is_taken_up_goes_on_asking() -> None:
    """A telephone that rings already goes on ringing, and no second one does."""
    call = await call_after(*WANTED)
    them = somebody(minted(SECRET, call.id, Way.PHONE), kind=SIP, callStatus="active")
    keys = Rooms(livekit_api_secret=SECRET, person_seconds=60.0, **PHONE)
    room = Shop(call, keys, inside=[them])
    await room.settled()
    assert room.rung == []
    await room.presses(them, "1")
    assert room.call.state is State.WITH_PERSON


async def test_a_call_that_is_taken_up_where_nothing_rings_yet_rings_once() -> None:
    """The worker died before anybody was rung: it is done now, and once."""
    call = await call_after(*WANTED)
    room = Shop(call, Rooms(livekit_api_secret=SECRET, person_seconds=60.0, **PHONE))
    await room.settled()
    (rung,) = room.rung
    them = somebody(rung.participant_identity, kind=SIP, callStatus="ringing")
    await room.comes(them)
    assert len(room.rung) == 1
    await room.presses(them, "1")
    assert room.call.state is State.WITH_PERSON


async def test_a_caller_who_is_being_put_on_as_the_worker_dies_is_put_on_once() -> None:
    """The order was given as they began to wait; where nothing comes of it, they are told so."""
    call = await call_after(*WANTED)
    keys = {"person_number": "+12125550111", "person_transfer": "refer", "person_seconds": 60.0}
    telephone = somebody("caller", kind=SIP, callStatus="active")
    room = Shop(call, Rooms(livekit_api_secret=SECRET, **keys), caller=telephone)  # type: ignore[arg-type]
    await room.settled()
    assert room.put_on == []
    room.reaching._wait(0.01)
    await asyncio.sleep(0.05)
    await room.settled()
    assert room.last == "nobody_answered"


async def test_who_answered_while_no_worker_was_there_has_the_call() -> None:
    """Their sound is there before the next agent is."""
    call = await call_after(*WANTED)
    them = somebody(minted(SECRET, call.id, Way.PAGE))
    room = Shop(call, Rooms(livekit_api_secret=SECRET, person_page=True), inside=[them])
    await room.settled()
    assert room.call.state is State.WITH_PERSON


async def test_a_call_that_is_taken_up_while_they_talk_is_left_to_them() -> None:
    """Until they leave; where they have left meanwhile the front desk is back at once."""
    call = await call_after(*WANTED, PersonAnswered())
    them = somebody(minted(SECRET, call.id, Way.PAGE))
    room = Shop(call, Rooms(livekit_api_secret=SECRET, person_page=True), inside=[them])
    await room.settled()
    assert room.call.state is State.WITH_PERSON
    await room.leaves(them)
    assert room.last == "person_left"
    alone = await shop(*WANTED, PersonAnswered())
    await alone.settled()
    assert alone.last == "person_left"


async def test_who_was_let_in_as_the_worker_died_is_heard() -> None:
    """The journal has that a telephone took the call; that the two hear each other is seen to."""
    call = await call_after(*WANTED, PersonAnswered())
    them = somebody(minted(SECRET, call.id, Way.PHONE), kind=SIP, callStatus="active")
    room = Shop(call, Rooms(livekit_api_secret=SECRET, **PHONE), inside=[them])
    await room.settled()
    assert room.call.state is State.WITH_PERSON
    assert ("caller", f"TR_{them.identity}", True) in room.heard
    assert (them.identity, "TR_caller", True) in room.heard
    assert room.rung == []


# The briefing


async def test_the_briefing_is_made_of_the_facts() -> None:
    """Name, wish, order and ticket, in the shop's words; nothing that only a model has said."""
    call = await call_after(*PURCHASE, *WANTED)
    said = [prompts.load().word(each) for each in brief(call.facts)]
    order = call.facts.orders[0].number
    assert said == [
        "Dana Quill is on the shop's line.",
        "They ask for a colleague about my invoice.",
        f"They have ordered the iPhone Air with 256 GB for $999: {order}.",
    ]
    told = [prompts.load().word(each) for each in brief(Facts())]
    assert told == [lines.BRIEF_NOBODY.wording]


async def test_a_quote_is_told_for_what_it_is() -> None:
    """Nobody is briefed that something is ordered which isn't."""
    call = await call_after(HEARD, RecordName("Dana"), ToBuying(), SelectModel("iPhone Air"))
    assert (await call.fire(ConfirmPurchase())).trigger is not None
    said = " ".join(prompts.load().word(each) for each in brief(call.facts))
    assert "iPhone Air with 256 GB is $999; nothing is ordered" in said
