"""What the chat says: what is known, what was asked, which phones were talked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from livekit.agents import llm

from assistant.language.clauses import Heard, hear
from assistant.language.phones import find_colour
from assistant.language.phones.spoken import named
from assistant.language.phones.spoken import storage as storage_in
from assistant.shop.wording.known import Known, Phone
from assistant.shop.wording.known import read as read_known
from assistant.shop.wording.spoken import read as read_spoken
from statemachine.offers import Offer


@dataclass(frozen=True, slots=True)
class Turn:
    """One side's words."""

    caller: bool
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool answered since the caller spoke."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One request, read."""

    known: Known
    turns: tuple[Turn, ...]
    """What was said before the caller's last words."""
    said: str
    """The caller's last words."""
    outputs: tuple[Output, ...]
    offered: tuple[str, ...]
    """The names of the offered tools."""
    takes: Mapping[str, str]
    """What each of them needs to be told: its first required argument."""

    @property
    def asked(self) -> str:
        """What the agent said last before the caller's last words."""
        said: list[str] = []
        for turn in reversed(self.turns):
            if turn.caller:
                break
            said.insert(0, turn.text)
        return " ".join(said)

    @property
    def arriving(self) -> bool:
        """Whether the caller was just put through with a wish: it is what is to be acted on."""
        leaving = (name for name in self.offered if name.startswith(("to_", "end_")))
        return bool(self.known.wish) and not any(leaving)

    @property
    def heard(self) -> Heard:
        """What is to be answered: the wish on arriving, else the caller's last words."""
        return hear(self.known.wish if self.arriving else self.said)

    def tool(self, prefix: str) -> str:
        """The offered tool whose name begins so, empty for none."""
        return next((name for name in self.offered if name.startswith(prefix)), "")

    def argument(self, tool: str) -> str:
        """The argument that takes what the caller states; else the last word of its name."""
        return self.takes.get(tool, "") or tool.rpartition("_")[2]

    def caller_before(self) -> tuple[str, ...]:
        """The caller's earlier words, the latest first."""
        return tuple(turn.text for turn in reversed(self.turns) if turn.caller)

    def agent_said(self) -> tuple[str, ...]:
        """The agent's words, the latest first."""
        return tuple(turn.text for turn in reversed(self.turns) if not turn.caller)

    @property
    def priced(self) -> bool:
        """Whether the caller has heard the price of what is selected: a quote can be cut off."""
        chosen = self.known.selected
        return chosen is not None and any(chosen.price in said for said in self.agent_said())


def read(
    chat: llm.ChatContext, offered: tuple[str, ...], takes: Mapping[str, str] | None = None
) -> Talk:
    """The request as the brain sees it."""
    known = Known()
    turns: list[Turn] = []
    outputs: list[Output] = []
    for item in chat.items:
        if isinstance(item, llm.FunctionCallOutput):
            words = read_spoken(item.output)
            if words is None:
                outputs.append(Output(item.name, item.output))
            else:
                turns.append(Turn(False, words))
        if not isinstance(item, llm.ChatMessage):
            continue
        text = item.text_content or ""
        if item.role in ("system", "developer"):
            known = read_known(text)
        elif text.strip():
            turns.append(Turn(item.role == "user", text))
            outputs = [] if item.role == "user" else outputs
    last = max((place for place, turn in enumerate(turns) if turn.caller), default=-1)
    if last < 0:
        return Talk(known, tuple(turns), "", tuple(outputs), offered, takes or {})
    before, said = tuple(turns[:last]), turns[last].text
    return Talk(known, before, said, tuple(outputs), offered, takes or {})


def listed(talk: Talk, offers: tuple[Offer, ...], pitches: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The models the agent last named together, in the order of naming.

    `pitches` are what is said of models: who is named there was not offered ("quick as a Pro").
    """
    said = [_without(text, pitches) for text in talk.agent_said()[:8]]
    for text in said:
        found = named(offers, text)
        if len(found) > 1:
            return found
    seen = [m for text in said for m in named(offers, text)]
    return tuple(dict.fromkeys(reversed(seen)))


def _without(text: str, pitches: tuple[str, ...]) -> str:
    for pitch in pitches:
        text = text.replace(pitch, "")
    return text


def latest(talk: Talk, offers: tuple[Offer, ...], pitches: tuple[str, ...] = ()) -> str:
    """The one model last talked about; empty when it was none or several.

    Who is named in one of the `pitches` was not talked about.
    """
    for turn in reversed(talk.turns[-10:]):
        found = named(offers, _without(turn.text, pitches))
        if len(found) == 1:
            return found[0]
        chosen = talk.known.selected
        if found:
            return chosen.model if chosen and chosen.model in found and not turn.caller else ""
    return talk.known.selected.model if talk.known.selected else ""


def unanswered(talk: Talk, offers: tuple[Offer, ...], model: str) -> Phone:
    """Storage and colour that the caller asked for and that no quote has taken up yet."""
    storage = colour = ""
    quoted = False
    for turn in reversed(talk.turns[-6:]):
        if not turn.caller:
            quoted = quoted or "$" in turn.text
            if quoted:
                break
            continue
        storage = storage or storage_in(turn.text)
        colour = colour or find_colour(offers, turn.text, model) or ""
    return Phone(model, storage, colour)
