"""How long a caller waits: this program and an ordinary LiveKit one, side by side in one run.

Both have the same turn handling and simulated providers: ears whose words come 0.1 s after the
caller's last sound, a model whose first token comes after 0.5 s and a voice whose first byte comes
after 0.2 s; or the ears are the embedded recogniser. The ordinary program is
written as in LiveKit's guides: its tools return the next agent with a sentence, and agents generate
a reply in `on_enter`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from livekit.agents import (
    NOT_GIVEN,
    Agent,
    AgentSession,
    APIConnectOptions,
    LanguageCode,
    function_tool,
    llm,
    stt,
    tts,
    utils,
)
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.utils import http_context

from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.providers import build as providers
from assistant.providers.build import Providers
from assistant.providers.hearing import Ears
from assistant.providers.line_cache import KeptLines
from assistant.providers.offline import tts as text_to_speech
from assistant.records import MemoryStore
from assistant.session.options import turns
from assistant.session.session import CallSession
from assistant.settings import Settings
from scripts.bench.conversations import ORDINARY
from scripts.bench.figures import THIS, Figure
from tests.calls import shop
from tests.fakes import ScriptedLLM, Step, Use
from tests.voice.callers import MISSING, says
from tests.voice.telephone import LOUD, Telephone, warm

FIRST_WORD, FIRST_TOKEN, FIRST_BYTE = 0.1, 0.5, 0.2
VOICE = "joe"
HELLO, BUY = "What are your opening hours?", "I'd like to buy an iPhone."
AIR = "I'd like the iPhone Air in sky blue."
SETTINGS = Settings(turn_detection="off")
HANDED = "One moment, please."
ANSWER = "We are open from nine to five."


class MissingVoiceError(Exception):
    """What the bench needs beside the program isn't installed; says what to do."""


class SwiftSTT(stt.STT[str]):
    """A streaming recogniser that knows what will be said, and when it has been."""

    def __init__(self, words: str) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self.words = words

    @property
    def provider(self) -> str:
        return "simulated"

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Listening(stt=self, conn_options=conn_options)

    async def _recognize_impl(self, buffer: utils.AudioBuffer, **given: Any) -> stt.SpeechEvent:
        raise NotImplementedError("it streams")


class _Listening(stt.RecognizeStream):
    async def _run(self) -> None:
        spoke, quiet = False, 0.0
        async for part in self._input_ch:
            if isinstance(part, self._FlushSentinel):
                continue
            loud = np.abs(np.frombuffer(part.data, np.int16)).max() > LOUD
            spoke, quiet = spoke or loud, 0.0 if loud else quiet + part.duration
            if spoke and quiet >= FIRST_WORD:
                spoke = False
                words = cast(SwiftSTT, self._stt).words
                said = stt.SpeechData(language=LanguageCode("en"), text=words)
                final = stt.SpeechEventType.FINAL_TRANSCRIPT
                self._event_ch.send_nowait(stt.SpeechEvent(final, alternatives=[said]))


class SlowLLM(ScriptedLLM):
    """A scripted model whose first token takes its time."""

    def chat(self, **given: Any) -> llm.LLMStream:
        stream = super().chat(**given)
        run = stream._run

        async def later() -> None:
            await asyncio.sleep(FIRST_TOKEN)
            await run()

        stream._run = later  # type: ignore[method-assign]
        return stream


class SlowTTS(tts.TTS[str]):
    """The embedded voice, whose first byte takes its time."""

    def __init__(self) -> None:
        self._voice = text_to_speech.OfflineTTS(voice=text_to_speech.loaded())
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=24_000, num_channels=1
        )

    @property
    def provider(self) -> str:
        return "simulated"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        stream = self._voice.synthesize(text, conn_options=conn_options)
        run = stream._run

        async def later(output_emitter: tts.AudioEmitter) -> None:
            await asyncio.sleep(FIRST_BYTE)
            await run(output_emitter)

        stream._run = later  # type: ignore[method-assign]
        return stream


class Desk(Agent):
    """An agent of an ordinary program."""

    def __init__(self, instructions: str, then: Callable[[], Agent] | None = None) -> None:
        async def to_buying() -> tuple[Agent, str]:
            """Put the caller through to sales."""
            assert then is not None
            return then(), "Transferring you to sales."

        super().__init__(
            instructions=instructions, tools=[function_tool(to_buying)] if then else []
        )

    async def on_enter(self) -> None:
        self.session.generate_reply()


def hearing(words: str | None) -> Providers:
    """The parts of a call; with words, its ears are simulated."""
    models, problems, _ = shop()
    parts = providers.build_voice(SETTINGS, models, problems, warm())
    return replace(parts, stt=Ears(SwiftSTT(words))) if words else parts


def ordinary(steps: tuple[Step, ...], preemptive: bool, words: str | None) -> tuple[Any, Providers]:
    """The other program."""
    parts = hearing(words)
    parts = replace(parts, llm=SlowLLM(*steps), tts=SlowTTS())
    session: AgentSession[None] = AgentSession(
        llm=parts.llm,
        stt=parts.stt,  # type: ignore[arg-type]
        tts=parts.tts,  # type: ignore[arg-type]
        vad=parts.vad,
        turn_handling={
            **turns(SETTINGS, None),
            "preemptive_generation": {"enabled": preemptive},
        },
        user_away_timeout=None,
        aec_warmup_duration=None,
    )
    call = SimpleNamespace(ended=asyncio.Event(), on_the_line=SimpleNamespace(value="agent"))

    async def settled() -> None:
        """Nothing is under way here."""

    call.settled = settled
    first = Desk("Greet.", lambda: Desk("Sell."))
    line = SimpleNamespace(session=session, first_agent=first, data=SimpleNamespace(call=call))
    return line, parts


async def ours(
    steps: tuple[Step, ...], preemptive: bool, words: str | None
) -> tuple[Any, Providers]:
    """This program."""
    models, problems, wordings = shop()
    parts = hearing(words)
    voice = SlowTTS()
    parts = replace(parts, llm=SlowLLM(*steps), tts=voice, kept=KeptLines(voice))
    call = await Call.begin("bench", models.offers, MemoryStore())
    line = CallSession(UserData(call, wordings, models, problems, SETTINGS), parts)
    line.session._opts.turn_handling["preemptive_generation"]["enabled"] = preemptive
    await line.keep_lines()
    return line, parts


@dataclass(frozen=True)
class Waited:
    """Seconds, from the end of the caller's words unless it says otherwise."""

    greeting: float
    first: float
    """To the first sound."""
    silence: float
    """The longest silence until the answer has been spoken."""


async def one(make: Any, words: str, lasts: float) -> Waited:
    """A call of one sentence."""
    async with http_context.open():
        line, parts = await make if asyncio.iscoroutine(make) else make
        async with Telephone(cast(CallSession, line), parts) as phone:
            began = phone.now
            greeting = await phone.first_sound(began) - began
            await phone.hears()
            end = await phone.says(says(VOICE, words))
            first = await phone.first_sound(end) - end
            await asyncio.sleep(max(0.0, end + lasts - phone.now))
            loud = np.flatnonzero(phone.levels(int(end * 100)) > LOUD)
            gaps = np.diff(np.concatenate([[0], loud]))
            return Waited(greeting, first, float(gaps.max()) / 100)


async def measure(times: int, embedded: bool, tell: Callable[[str], None]) -> list[Figure]:
    """Every kind of turn, so many times on both; with the embedded ears or with simulated ones.

    Raises:
        MissingVoiceError: the caller's voice isn't installed.
    """
    if MISSING:
        raise MissingVoiceError(f"The caller's voice is missing: pip install {' '.join(MISSING)}")
    greet: Step = "Hello, how can I help?"
    put: Step = [Use("to_buying")]
    wish: Step = [Use("to_buying", {"wish": "the iPhone Air in sky blue"})]
    quote: Step = [Use("select_model", {"model": "iPhone Air", "colour": "sky blue"})]
    said = "The iPhone Air in sky blue with 256 GB is 999 dollars. Shall I order it for you?"
    which = "Which iPhone are you thinking of?"
    kinds: list[tuple[str, str, tuple[Step, ...], tuple[Step, ...], bool, float]] = [
        ("plain turn", HELLO, (ANSWER,), (greet, ANSWER), True, 4),
        ("plain turn, not preemptive", HELLO, (ANSWER,), (greet, ANSWER), False, 4),
        ("transfer", BUY, (put,), (greet, put, HANDED, which), True, 9),
        ("transfer with a wish", AIR, (wish, quote), (greet, put, HANDED, said), True, 9),
    ]  # fmt: skip
    ears = "embedded ears" if embedded else "streaming ears"
    figures: list[Figure] = []
    greetings: dict[str, list[float]] = {THIS: [], ORDINARY: []}
    for name, words, here, there, preemptive, lasts in kinds:
        waited: dict[str, list[Waited]] = {THIS: [], ORDINARY: []}
        for nth in range(times):
            tell(f"{name}, {ears}, {nth + 1} of {times}")
            heard = None if embedded else words
            waited[THIS].append(await one(ours(here, preemptive, heard), words, lasts))
            waited[ORDINARY].append(await one(ordinary(there, preemptive, heard), words, lasts))
        for program, each in waited.items():
            greetings[program].extend(one.greeting for one in each)
        figures.append(_figure(f"{name}, {ears}: to the first sound", waited, "first"))
        if "transfer" in name:
            figures.append(_figure(f"{name}, {ears}: longest silence", waited, "silence"))
    return [Figure(f"greeting, {ears}", "s", greetings), *figures]


def _figure(name: str, waited: dict[str, list[Waited]], what: str) -> Figure:
    values = {program: [getattr(each, what) for each in runs] for program, runs in waited.items()}
    return Figure(name, "s", values)
