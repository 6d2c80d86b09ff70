"""Spoken calls whose model fails before the caller has finished, or pauses in its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from livekit.agents import APIConnectionError, ConversationItemAddedEvent, llm, tts
from livekit.agents.utils import http_context
from livekit.plugins import silero

from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.console.audio import Microphone
from assistant.console.text_call import TextCall
from assistant.providers import build as providers
from assistant.providers.build import Providers, Warm
from assistant.providers.hearing import Ears
from assistant.providers.offline import tts as text_to_speech
from assistant.records import MemoryStore
from assistant.session.session import CallSession
from assistant.settings import Settings
from assistant.shop.wording import lines
from tests.calls import PATIENCE, Held, shop
from tests.deepgram_server import Deepgram
from tests.fakes import QuickEar, ScriptedLLM, ScriptedSTT, SilentTTS, Step
from tests.openai_server import Reply, Server, says
from tests.openai_server import Step as Answer
from tests.scenarios.phrases import APOLOGY

pytestmark = pytest.mark.timeout(60)

FAREWELL = lines.APOLOGY_FAREWELL.wording
DOWN = APIConnectionError("out of reach", retryable=False)
BETWEEN = 0.1
"""Seconds between two pieces of a turn: what was asked for one has failed before the next."""
PAUSE = 0.4
"""Seconds after which the caller's turn is over."""
HURRIED = Settings(hold_on=20.0, min_pause=PAUSE, max_pause=PAUSE)


class Caller:
    """Somebody whose turn is recognised in several pieces, each of which is the word "hello"."""

    def __init__(self, held: Held, microphone: Microphone) -> None:
        self.held = held
        self._microphone = microphone
        self._answered = asyncio.Event()
        held.text.line.session.on("conversation_item_added", self._on_item)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.ChatMessage) and event.item.role == "assistant":
            self._answered.set()

    async def says(self, pieces: int) -> None:
        """Say a turn of so many pieces, and wait until it has been answered."""
        self._answered.clear()
        for _ in range(pieces):
            self._microphone.push(bytes(480))
            await asyncio.sleep(BETWEEN)
        async with asyncio.timeout(PATIENCE):
            await self._answered.wait()


@asynccontextmanager
async def calling(*steps: Step) -> AsyncIterator[Caller]:
    """A call by sound with a scripted model, the greeting spoken."""
    parts = Providers(ScriptedLLM(*steps), (), stt=Ears(ScriptedSTT("hello")), tts=SilentTTS())
    microphone = Microphone()
    held = await _started(parts, HURRIED, microphone)
    yield Caller(held, microphone)
    await held.hang_up()


async def _started(
    parts: Providers, settings: Settings, microphone: Microphone | None = None
) -> Held:
    models, problems, words = shop()
    call = await Call.begin("test", models.offers, MemoryStore())
    data = UserData(call, words, models, problems, settings)
    held = Held(call, TextCall(CallSession(data, parts), PATIENCE), parts.llm)
    held.text.line.session.output.audio = QuickEar()
    held.text.line.session.input.audio = microphone
    await held.text.start()
    return held


# Requests that LiveKit makes ahead of the end of a turn


async def test_a_turn_for_which_a_failing_model_was_asked_three_times_is_one_failure() -> None:
    """What was asked while the caller still spoke doesn't count: the call goes on."""
    async with calling(DOWN, DOWN, DOWN, "Here I am.") as caller:
        await caller.says(pieces=3)
        assert caller.held.heard[1:] == [APOLOGY]
        assert caller.held.call.usage.requests == 3
        assert caller.held.text.line.data.failures == 1
        await caller.says(pieces=1)
        assert caller.held.heard[1:] == [APOLOGY, "Here I am."]


async def test_a_request_that_failed_ahead_of_its_turn_is_apologised_for_in_it() -> None:
    """The reply that the turn takes up is the one that had failed; it isn't asked for again."""
    async with calling(DOWN) as caller:
        await caller.says(pieces=1)
        assert caller.held.heard[1:] == [APOLOGY]
        assert caller.held.call.usage.requests == 1


async def test_a_model_that_stays_down_is_two_apologies_and_a_farewell() -> None:
    """However often it was asked meanwhile, the third turn ends the call, and not in silence."""
    async with calling(*[DOWN] * 9) as caller:
        for _ in range(3):
            await caller.says(pieces=3)
        async with asyncio.timeout(PATIENCE):
            await caller.held.call.ended.wait()
        await caller.held.hang_up()
        assert caller.held.heard[1:] == [APOLOGY, APOLOGY, FAREWELL]
        assert caller.held.call.ended_by == "call_failed"


# Answers with a pause in them

PATIENT = 1.0
"""Seconds within which a voice must sound."""


KNOWN = says("Hello there.")
"""The first words of a server that isn't OpenAI's are held to their end: it may think aloud."""


def pausing(before: str, seconds: float, after: str) -> Answer:
    """A model's answer that breaks off for a while."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        await reply.words(before)
        await asyncio.sleep(seconds)
        await reply.words(after)
        return await reply.end()

    return answer


def deepgrams(settings: Settings) -> Providers:
    """Deepgram's voice with the embedded one behind it, and the model of these settings."""
    models, problems, _ = shop()
    parts = providers.build_voice(settings, models, problems, Warm(silero.VAD.load()))
    return replace(parts, stt=None, vad=None)


@asynccontextmanager
async def at_the_wire(
    deepgram: Deepgram,
    server: Server,
    folder: Path,
    *,
    fallback: bool = True,
    patient: float = PATIENT,
) -> AsyncIterator[tuple[Held, list[str]]]:
    """A call with real plugins, and the voices that were given up in it."""
    await deepgram.rehearse("Hello there.", "We have three.", "Which one would you like?")
    settings = Settings(
        openai_api_key="key",
        openai_base_url=server.url,
        deepgram_api_key="key",
        deepgram_tts_url=deepgram.speak_url,
        stt="offline",
        turn_detection="off",
        kept_lines=folder,
        first_sound=patient,
        first_word=20.0,
        hold_on=20.0,
        fallback=fallback,
    )
    text_to_speech.loaded()  # Deepgram's server speaks with it, and at once
    async with http_context.open():
        parts = deepgrams(settings)
        gone: list[str] = []

        def changed(event: tts.AvailabilityChangedEvent) -> None:
            gone.extend([event.tts.label] * (not event.available))

        assert parts.tts is not None
        parts.tts.on("tts_availability_changed", changed)  # type: ignore[arg-type]
        held = await _started(parts, settings)
        yield held, gone
        await held.hang_up()
        await parts.aclose()


async def test_a_model_that_pauses_in_its_answer_keeps_its_voice(tmp_path: Path) -> None:
    """Deepgram, which has said all it was given, isn't taken for silent; each word is said once."""
    patient = 3 * PATIENT  # on a busy machine a voice that is well may take one of them
    answer = pausing("We have three. Which ", 2 * patient, "one would you like?")
    async with (
        Deepgram() as deepgram,
        Server(KNOWN, answer) as server,
        at_the_wire(deepgram, server, tmp_path, patient=patient) as (held, gone),
    ):
        await held.say("hello")
        await held.say("hello again")
        assert gone == []
        assert deepgram.texts[-2:] == ["We have three.", "Which one would you like?"]
        assert held.heard[-1] == "We have three. Which one would you like?"


async def test_a_voice_that_falls_silent_is_noticed_at_its_own_sentence(tmp_path: Path) -> None:
    """However long the model takes to the next one, the spare voice says this one in time."""
    answer = pausing("We have three. Which ", 3 * PATIENT, "one would you like?")
    async with (
        Deepgram() as deepgram,
        Server(KNOWN, answer) as server,
        at_the_wire(deepgram, server, tmp_path) as (held, gone),
    ):
        await held.say("hello")
        deepgram.speaks = "silent"
        began = asyncio.get_running_loop().time()
        spoke: list[float] = []
        held.text.line.session.on(
            "agent_state_changed",
            lambda event: (
                event.new_state == "speaking"
                and spoke.append(asyncio.get_running_loop().time() - began)
            ),
        )
        await held.say("hello again")
        assert len(gone) == 1
        assert spoke[0] < 2 * PATIENT
        assert held.heard[-1] == "We have three. Which one would you like?"


async def test_an_answer_that_no_voice_can_speak_is_one_failure(tmp_path: Path) -> None:
    """However many sentences it has: where the first has failed, the rest is not tried."""
    async with (
        Deepgram() as deepgram,
        Server(says("We have three. They are new. Which one would you like?")) as server,
        at_the_wire(deepgram, server, tmp_path, fallback=False) as (held, _),
    ):
        deepgram.speaks = "401"
        errors: list[tts.TTSError] = []
        held.text.line.session.on(
            "error",
            lambda event: errors.append(event.error) if not event.error.recoverable else None,
        )
        await held.say("hello")
        assert len(errors) == 1


async def test_marks_for_readers_are_not_spoken() -> None:
    """Each sentence reaches the voice for itself, without emphasis, bullets and pictures."""
    voice = SilentTTS()
    answer = "**We have three. They are new.** \U0001f600 Which one would *you* like?"
    held = await _started(Providers(ScriptedLLM(answer), (), tts=voice), HURRIED)
    await held.say("hello")
    said = [words.strip() for words in voice.said]
    assert said[-3:] == ["We have three.", "They are new.", "Which one would you like?"]
    await held.hang_up()
