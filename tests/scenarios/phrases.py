"""What is heard, and what a model does, in many scripted calls."""

from __future__ import annotations

from livekit.agents import llm

from assistant.shop.wording import lines
from statemachine import lines as conversation
from tests.fakes import ScriptedLLM, Use

GREETING = conversation.GREETING.wording.format(persona="Jill", shop="the iPhone shop")
OPENING_BUYING = conversation.OPENING_BUYING.wording
OPENING_SUPPORT = conversation.OPENING_SUPPORT.wording
FAREWELL = conversation.FAREWELL.wording.format(shop="the iPhone shop")
FAREWELL_BUYING = conversation.FAREWELL_BUYING.wording.format(shop="the iPhone shop")
BRIDGE = lines.BRIDGE.wording
APOLOGY = lines.APOLOGY.wording
QUOTE_AIR = "The iPhone Air with 256 GB is $999. Shall I order it for you?"
NOT_LISTENED = "spoken_since_entering"
OVER = "not_possible_here"

BUY = [Use("to_buying")]
AIR = [Use("select_model", {"model": "Air"})]
ORDER = [Use("confirm_purchase")]


def messages(chat: llm.ChatContext) -> list[tuple[str, str]]:
    """Role and text of each message in a chat."""
    said = [item for item in chat.items if isinstance(item, llm.ChatMessage)]
    return [(item.role, (item.text_content or "").strip()) for item in said]


def asked(model: llm.LLM[str]) -> list[llm.ChatContext]:
    """The chats that a scripted model was sent."""
    assert isinstance(model, ScriptedLLM)
    return model.asked
