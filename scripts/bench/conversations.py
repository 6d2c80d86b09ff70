"""Three standard conversations in text: requests, prompt characters and the time of a turn."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import NOT_GIVEN, APIConnectOptions, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from scripts.bench import ordinary
from scripts.bench.figures import THIS, Figure
from tests.calls import begin, shop
from tests.fakes import ScriptedLLM, Use

ORDINARY = "ordinary LiveKit"
SAYS = "Of course, I am happy to help you with that. I am sure you will like it."

Deeds = tuple[Use, ...]
"""What a good model calls for a caller's words, in order, each where it is offered."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A caller's lines, and what a good model does about each."""

    name: str
    lines: tuple[tuple[str, Deeds], ...]


_AIR = Use("select_model", {"model": "iPhone Air", "colour": "sky blue"})
_BUY = ("I'd like to buy an iPhone.", (Use("to_buying"),))
_YES = ("Yes, please order it.", (Use("confirm_purchase"),))
CONVERSATIONS = (
    Conversation(
        "buys an iPhone Air",
        (
            ("Hello, are you open today?", ()),
            _BUY,
            ("The iPhone Air in sky blue, please.", (_AIR,)),
            _YES,
            ("That's all, goodbye.", (Use("end_purchase_call"),)),
        ),
    ),
    Conversation(
        "has a problem solved",
        (
            (
                "My battery drains in two hours.",
                (
                    Use("to_support", {"wish": "battery drains in two hours"}),
                    Use("log_support_issue", {"issue": "battery drains in two hours"}),
                ),
            ),
            ("I have tried that already.", ()),
            ("That helped, it is fixed now.", (Use("complete_support"),)),
            ("No, goodbye.", (Use("end_call"),)),
        ),
    ),
    Conversation(
        "buys with a wish, then needs support",
        (
            ("Hi, this is Dana Smith.", (Use("record_name", {"name": "Dana Smith"}),)),
            (
                "I'd like the iPhone Air in sky blue for my mother.",
                (Use("to_buying", {"wish": "the iPhone Air in sky blue, for my mother"}), _AIR),
            ),
            ("Does it have a good camera?", ()),
            _YES,
            (
                "And my old phone's screen is cracked.",
                (
                    Use("to_support", {"wish": "the screen of my old phone is cracked"}),
                    Use("log_support_issue", {"issue": "screen is cracked"}),
                ),
            ),
            ("I'll bring it in. Goodbye.", (Use("end_support_call"),)),
        ),
    ),
)


@dataclass
class Sent:
    """What was sent to a model."""

    requests: int = 0
    characters: int = 0
    """Of messages and tools, as JSON in OpenAI's form."""
    longest: int = 0
    """Characters of the longest request."""
    last: int = 0
    """Characters of the last one."""


class Clerk(ScriptedLLM):
    """A model that does what is right: the next deed for the caller's words, else it talks."""

    def __init__(self, deeds: Mapping[str, Deeds]) -> None:
        super().__init__()
        self.sent = Sent()
        self.spent = 0.0
        """Seconds that it took itself: no program's doing."""
        self._deeds = deeds
        self._done: set[tuple[str, str]] = set()

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: Any = NOT_GIVEN,
        tool_choice: Any = NOT_GIVEN,
        extra_kwargs: Any = NOT_GIVEN,
    ) -> llm.LLMStream:
        began = time.perf_counter()
        messages, _ = chat_ctx.to_provider_format(format="openai")
        schemas = llm.ToolContext(list(tools or ())).parse_function_tools("openai")
        size = len(json.dumps({"messages": messages, "tools": schemas}))
        self.sent.requests += 1
        self.sent.characters += size
        self.sent.longest, self.sent.last = max(self.sent.longest, size), size
        self.steps = [self._next(chat_ctx, {tool.id for tool in tools or ()})]
        stream = super().chat(chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        for kept in (self.asked, self.offered, self.tools):
            kept.clear()  # what a test looks at would grow here
        self.spent += time.perf_counter() - began
        return stream

    def _next(self, chat: llm.ChatContext, offered: set[str]) -> Any:
        said = [
            item.text_content or ""
            for item in chat.items
            if isinstance(item, llm.ChatMessage) and item.role == "user"
        ]
        for words, deeds in self._deeds.items():
            if not said or words not in said[-1]:
                continue
            for deed in deeds:
                if deed.name in offered and (words, deed.name) not in self._done:
                    self._done.add((words, deed.name))
                    return [deed]
        return SAYS


@dataclass
class Run:
    """One conversation, held by one program."""

    sent: Sent
    turns: list[float] = field(default_factory=list)
    """Seconds that each of the caller's lines took, the model answering at once."""


async def ours(conversation: Conversation) -> Run:
    """This program."""
    clerk = Clerk(dict(conversation.lines))
    held = await begin(clerk)
    run = Run(clerk.sent)
    for words, _ in conversation.lines:
        started, own = time.perf_counter(), clerk.spent
        await held.say(words)
        run.turns.append(time.perf_counter() - started - (clerk.spent - own))
    await held.hang_up()
    return run


async def theirs(conversation: Conversation) -> Run:
    """The ordinary one."""
    deeds = {words: tuple(plain(deed) for deed in done) for words, done in conversation.lines}
    clerk = Clerk(deeds)
    session, first = ordinary.set_up(shop()[0], clerk)
    await session.start(first, capture_run=True, record=False)
    run = Run(clerk.sent)
    for words, _ in conversation.lines:
        started, own = time.perf_counter(), clerk.spent
        await session.run(user_input=words)
        run.turns.append(time.perf_counter() - started - (clerk.spent - own))
    await session.aclose()
    return run


def plain(deed: Use) -> Use:
    """A deed without the wish that an ordinary transfer doesn't carry."""
    wish = isinstance(deed.arguments, dict) and "wish" in deed.arguments
    return Use(deed.name) if wish else deed


async def measure(
    times: int,
    tell: Callable[[str], None],
    peers: Mapping[str, Mapping[str, Sequence[Run]]],
) -> list[Figure]:
    """Every conversation, so many times on both; `peers` are other programs' runs of them."""
    figures = []
    tell("each once, unmeasured: the first turn of a process loads what it needs")
    await ours(CONVERSATIONS[0])
    await theirs(CONVERSATIONS[0])
    for conversation in CONVERSATIONS:
        runs: dict[str, list[Run]] = {THIS: [], ORDINARY: []}
        for nth in range(times):
            tell(f"{conversation.name}, {nth + 1} of {times}")
            runs[THIS].append(await ours(conversation))
            runs[ORDINARY].append(await theirs(conversation))
        for name, held in peers.items():
            runs[name] = list(held[conversation.name])
        figures += [
            Figure(
                f"{conversation.name}: {what}", unit, {p: [take(r) for r in runs[p]] for p in runs}
            )
            for what, unit, take in (
                ("requests", "", lambda r: float(r.sent.requests)),
                ("prompt", "characters", lambda r: float(r.sent.characters)),
                ("a turn, model aside", "ms", lambda r: 1000 * sum(r.turns) / len(r.turns)),
            )
        ]
    return figures
