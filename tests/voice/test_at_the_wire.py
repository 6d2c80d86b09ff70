"""The real plugins for Deepgram and OpenAI, against servers that speak their protocols and fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from assistant.settings import Settings
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.engine.lines import Line as Wording
from statemachine.triggers import CallerHungUp
from tests.calls import shop
from tests.deepgram_server import Deepgram
from tests.fakes import Use
from tests.openai_server import Server, fails, late, says, stalls, uses
from tests.openai_server import Step as Answer
from tests.voice import callers
from tests.voice.callers import Sound
from tests.voice.listening import plain, understood, understood_by_two
from tests.voice.telephone import Telephone, calling

VOICE = "alpha"
BUY, PRO, ORDER = (
    "I'd like to buy an iPhone.",
    "How much is the iPhone 17 Pro?",
    "Yes, please order it.",
)
BYE = "No, that's all. Goodbye."
HELLO = "Hello, what can you do for me?"
PRICE = plain("$1,099")
WELL = "all is well"
pytestmark = pytest.mark.timeout(300)


@dataclass
class Held:
    """A call that is over."""

    telephone: Telephone
    deepgram: Deepgram
    sounds: list[Sound] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """The greeting, and what followed each of the caller's sentences."""
    waited: list[float] = field(default_factory=list)
    """Seconds from the caller's words to the next sound."""


@dataclass(frozen=True)
class Story:
    """What breaks, and what the caller then says."""

    model: tuple[Answer, ...] = ()
    hears: str = "well"
    speaks: str = "well"
    words: tuple[str, ...] = ()
    later: Callable[[Deepgram], None] = lambda server: None
    """What breaks once the greeting was heard."""
    deaf_after: int = 0
    """After so many sentences that were heard, Deepgram hears nothing more."""
    hangs_up: bool = True
    fallback: bool = True
    pause: float = 1.2
    """Seconds of silence after which the caller takes it that the assistant has finished."""


def now(**broken: str) -> Callable[[Deepgram], None]:
    """Break this during the call."""

    def breaks(server: Deepgram) -> None:
        for name, how in broken.items():
            setattr(server, name, how)

    return breaks


TO_BUYING = uses(Use("to_buying"))
QUOTE = uses(Use("select_model", {"model": "iPhone 17 Pro"}))
STORIES: dict[str, Story] = {
    WELL: Story(
        (TO_BUYING, QUOTE, uses(Use("confirm_purchase")), uses(Use("end_purchase_call"))),
        words=(BUY, PRO, ORDER, BYE),
        hangs_up=False,
    ),
    "ears refused": Story((TO_BUYING,), hears="401", words=(BUY,)),
    "ears busy": Story((TO_BUYING,), hears="429", words=(BUY,)),
    "ears deaf": Story((TO_BUYING,), hears="deaf", words=(BUY, BUY)),
    "ears deaf later": Story(
        (says("We sell phones."), TO_BUYING),
        words=(HELLO, BUY, BUY, BUY),
        deaf_after=1,
    ),
    "ears drop the line": Story((TO_BUYING,), hears="closes", words=(BUY, BUY)),
    "voice refused": Story((TO_BUYING, QUOTE), speaks="401", words=(BUY, PRO)),
    "voice busy": Story((TO_BUYING, QUOTE), speaks="429", words=(BUY, PRO)),
    "voice silent": Story(
        (TO_BUYING, QUOTE), words=(BUY, PRO), later=now(speaks="silent"), pause=3.5
    ),
    "voice stalls": Story(
        (TO_BUYING, QUOTE), words=(BUY, PRO), later=now(speaks="stalls"), pause=3.5
    ),
    "voice drops the line": Story(
        (TO_BUYING, QUOTE), words=(BUY, PRO), later=now(speaks="closes"), pause=3.5
    ),
    "no voice left": Story(
        (says("We sell phones."),) * 3,
        words=(HELLO, HELLO, HELLO),
        later=now(speaks="silent"),
        hangs_up=False,
        fallback=False,
        pause=1.5,
    ),
    "no ears left": Story(hears="401", fallback=False, hangs_up=False),
    "model refused": Story((fails(401), TO_BUYING), words=(HELLO, BUY), fallback=False),
    "model stood in for": Story((fails(401),), words=(BUY, PRO)),
    "model down": Story(
        (fails(500),) * 8, words=(HELLO, HELLO, HELLO), hangs_up=False, fallback=False
    ),
    "model slow": Story((late(2.5, says("We sell phones.")),), words=(HELLO,), pause=2.0),
    "model silent in a transfer": Story(
        (uses(Use("to_buying", {"wish": PRO})), stalls(), stalls()),
        words=(PRO,),
        pause=4.0,
        fallback=False,
    ),
    "model silent": Story(
        (stalls(), stalls(), TO_BUYING), words=(HELLO,), pause=4.0, fallback=False
    ),
}


async def hold(name: str, story: Story, folder: Path) -> Held:
    """Hold a call on servers of its own."""
    async with Deepgram(story.hears, story.speaks) as deepgram, Server(*story.model) as openai:
        settings = Settings(
            openai_api_key="openai-key",
            openai_base_url=openai.url,
            deepgram_api_key="deepgram-key",
            deepgram_stt_url=deepgram.listen_url,
            deepgram_tts_url=deepgram.speak_url,
            kept_lines=folder / name.replace(" ", "-"),
            turn_detection="off",
            fallback=story.fallback,
            first_sound=3.0,
            first_word=4.0,
        )
        async with calling(settings, name=name) as phone:
            held = Held(phone, deepgram)
            await talk(held, story)
            if story.hangs_up:
                await phone.call.fire(CallerHungUp())
            await phone.ends()
    return held


async def talk(held: Held, story: Story) -> None:
    """The greeting, then each sentence and what is heard after it."""
    phone = held.telephone
    held.sounds.append(await phone.hears(pause=1.2))
    if held.deepgram.speaks == "well":
        await phone.line.keep_lines()
    story.later(held.deepgram)
    for words in story.words:
        if phone.call.ended.is_set():
            break
        end = await phone.says(callers.says(VOICE, words))
        held.waited.append(await phone.first_sound(end) - end)
        held.sounds.append(await phone.hears(pause=story.pause))
        if len(held.waited) == story.deaf_after:
            held.deepgram.hears = "deaf"
    if not story.hangs_up and not phone.call.ended.is_set():
        held.sounds.append(await phone.hears())


def held(name: str) -> Held:
    """The call of a story, over. In those that break something some are held at once."""
    return _held((WELL,) if name == WELL else tuple(STORIES.keys() - {WELL}))[name]


@cache
def _held(names: tuple[str, ...]) -> dict[str, Held]:
    """These calls, four at a time; what was heard is understood when they are over."""
    at_once = asyncio.Semaphore(4)
    folder = Path(mkdtemp())

    async def one(name: str, story: Story) -> Held:
        async with at_once:
            return await hold(name, story, folder)

    async def all_of_them() -> list[Held]:
        return list(await asyncio.gather(*(one(name, STORIES[name]) for name in names)))

    for words in (BUY, PRO, ORDER, BYE, HELLO):
        callers.says(VOICE, words)
    calls = asyncio.run(all_of_them())
    for call in calls:
        call.heard = list(map(understood, call.sounds))
    return dict(zip(names, calls, strict=True))


def worded(line: Wording) -> str:
    """A fixed line as it is heard."""
    return plain(shop()[2].word(line))


def test_a_whole_call_with_all_keys_runs_through_the_real_plugins() -> None:
    """Deepgram hears and speaks, OpenAI's model calls the tools, and the order stands."""
    it = held(WELL)
    call = it.telephone.call
    assert call.path == ["greeting", "buying", "ended"]
    assert [order.model for order in call.facts.orders] == ["iPhone 17 Pro"]
    assert call.ended_by == "end_purchase_call"
    assert it.deepgram.keys == {"deepgram-key"}
    assert it.deepgram.models == {"nova-3", "aura-2-andromeda-en"}
    assert len(it.deepgram.transcripts) == 4
    assert PRICE in understood_by_two(it.sounds[2])
    assert it.heard[-1] == worded(conversation.FAREWELL_BUYING)


def test_fixed_lines_are_asked_of_the_voice_once() -> None:
    """The greeting is spoken as it comes; what is kept is not synthesised again."""
    texts = held(WELL).deepgram.texts
    opening = shop()[2].word(conversation.OPENING_BUYING)
    assert sum(opening in text for text in texts) == 1


@pytest.mark.soak
@pytest.mark.parametrize("name", ["ears refused", "ears busy"])
def test_ears_that_refuse_are_replaced_at_once(name: str) -> None:
    """With a wrong key or too many requests the embedded ears hear the first words already."""
    it = held(name)
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
    assert it.heard[1] == worded(conversation.OPENING_BUYING)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["ears deaf", "ears drop the line"])
def test_ears_that_fail_under_the_callers_words_are_replaced(name: str) -> None:
    """The caller is asked to say it again, and is heard then."""
    it = held(name)
    assert it.heard[1] == worded(lines.UNHEARD)
    assert it.heard[2] == worded(conversation.OPENING_BUYING)


@pytest.mark.soak
def test_ears_that_go_deaf_later_are_replaced_the_second_time() -> None:
    """The caller, who had been heard, is asked to say it again twice, and is heard then."""
    it = held("ears deaf later")
    assert it.heard[2:4] == [worded(lines.UNHEARD)] * 2
    assert it.heard[4] == worded(conversation.OPENING_BUYING)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["voice refused", "voice busy"])
def test_a_voice_that_refuses_is_replaced_at_once(name: str) -> None:
    """With a wrong key or too many requests the embedded voice greets and quotes."""
    it = held(name)
    assert it.heard[0] == worded(conversation.GREETING)
    assert it.heard[2].endswith(plain("Shall I order it for you?"))
    assert PRICE in understood_by_two(it.sounds[2])


@pytest.mark.soak
@pytest.mark.parametrize("name", ["voice silent", "voice stalls", "voice drops the line"])
def test_a_voice_that_breaks_off_is_replaced_in_its_sentence(name: str) -> None:
    """The embedded voice says the whole sentence: no price is lost."""
    it = held(name)
    assert it.telephone.said[-1][1].endswith("is $1,099. Shall I order it for you?")
    assert it.heard[2].endswith(plain("Shall I order it for you?"))
    assert PRICE in understood_by_two(it.sounds[2])


@pytest.mark.soak
def test_where_no_voice_is_left_the_kept_lines_are_heard() -> None:
    """The caller hears apologies, and at the third failure a farewell; then the call is over."""
    it = held("no voice left")
    assert it.heard[1] == worded(lines.APOLOGY)
    assert it.heard[-1] == worded(lines.APOLOGY_FAREWELL)
    assert it.telephone.call.ended_by == "call_failed"


@pytest.mark.soak
def test_where_no_ears_are_left_the_caller_is_told() -> None:
    """Nobody talks to a line that can't hear: a farewell, and the call is over."""
    it = held("no ears left")
    assert worded(lines.APOLOGY_FAREWELL) in " ".join(it.heard)
    assert it.telephone.call.ended_by == "call_failed"


@pytest.mark.soak
def test_a_model_that_refuses_is_apologised_for() -> None:
    """The caller is asked to say it again, and the next answer is heard."""
    it = held("model refused")
    assert it.heard[1] == worded(lines.APOLOGY)
    assert it.telephone.call.path == ["greeting", "buying", "ended"]


@pytest.mark.soak
def test_a_model_that_refuses_is_stood_in_for() -> None:
    """The embedded brain puts the caller through and quotes the price."""
    it = held("model stood in for")
    assert worded(lines.APOLOGY) not in it.heard
    assert it.telephone.said[-1][1].endswith("is $1,099. Shall I order it for you?")


@pytest.mark.soak
def test_a_model_that_stays_down_ends_the_call() -> None:
    """Two apologies, a farewell, and the call is over."""
    it = held("model down")
    assert it.heard[1:] == [worded(lines.APOLOGY)] * 2 + [worded(lines.APOLOGY_FAREWELL)]
    assert it.telephone.call.ended_by == "call_failed"


@pytest.mark.soak
def test_a_model_that_says_nothing_is_waited_for_aloud() -> None:
    """The caller is asked to wait, then told that something went wrong."""
    it = held("model silent")
    assert it.heard[1].startswith(worded(lines.HOLD_ON))
    assert worded(lines.APOLOGY) in it.heard[1]


@pytest.mark.soak
def test_a_slow_model_is_waited_for_aloud() -> None:
    """The caller is asked to wait, and then answered."""
    it = held("model slow")
    assert it.heard[1] == f"{worded(lines.HOLD_ON)} {plain('We sell phones.')}"


@pytest.mark.soak
def test_a_model_that_says_nothing_in_a_transfer_is_apologised_for_by_the_next_agent() -> None:
    """The caller hears the bridge and an apology, and has been put through all the same."""
    it = held("model silent in a transfer")
    assert it.heard[1].startswith(worded(lines.BRIDGE))
    assert worded(lines.APOLOGY) in it.heard[1]
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
