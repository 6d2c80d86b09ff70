"""An ordinary LiveKit program for the same shop, written as in LiveKit's guides.

Its tools return the next agent with a sentence, agents generate a reply in `on_enter`, what is
known is told in the prompt, and the last messages are carried over. It keeps and checks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from livekit.agents import Agent, AgentSession, RunContext, function_tool, llm

from assistant.shop.catalogue import Catalogue
from statemachine.offers import money

CARRIED = 6
"""Messages that an agent taking over is given, as LiveKit's restaurant example does."""


@dataclass
class Basket:
    """What an ordinary program knows of its caller."""

    prices: dict[str, str]
    customer_name: str = ""
    selected_model: str = ""
    support_issue: str = ""
    ended: bool = False

    def summary(self) -> str:
        """What its agents are told of it."""
        return (
            f"customer_name: {self.customer_name or 'unknown'}\n"
            f"selected_model: {self.selected_model or 'unknown'}\n"
            f"support_issue: {self.support_issue or 'unknown'}"
        )


Context = RunContext[Basket]


class Desk(Agent):
    """What its agents share."""

    def __init__(self, instructions: str, before: llm.ChatContext | None = None) -> None:
        carried = before.copy(exclude_instructions=True) if before else None
        super().__init__(
            instructions=instructions,
            chat_ctx=carried.truncate(max_items=CARRIED) if carried else None,
        )

    async def on_enter(self) -> None:
        """Say who speaks now."""
        chat = self.chat_ctx.copy()
        data: Basket = self.session.userdata
        role = type(self).__name__
        chat.add_message(
            role="system", content=f"You are {role}. Current user data:\n{data.summary()}"
        )
        await self.update_chat_ctx(chat)
        self.session.generate_reply(tool_choice="auto")

    async def _goodbye(self, context: Context) -> str:
        context.userdata.ended = True
        return "The call ends now. Say goodbye."


class GreetingDesk(Desk):
    """Greets and routes."""

    def __init__(self, before: llm.ChatContext | None = None) -> None:
        super().__init__(_PROMPTS["greeting"], before)

    @function_tool
    async def to_buying(self, context: Context) -> tuple[Agent, str]:
        """Called when the user wants to buy an iPhone, compare models or ask for prices."""
        return BuyingDesk(self.chat_ctx), "Transferring you to our sales team."

    @function_tool
    async def to_support(self, context: Context) -> tuple[Agent, str]:
        """Called when the user has a problem with an iPhone that they own."""
        return SupportDesk(self.chat_ctx), "Transferring you to our support team."

    @function_tool
    async def record_name(self, context: Context, name: str) -> str:
        """Called when the user tells their name.

        Args:
            name: The user's name
        """
        context.userdata.customer_name = name
        return f"The name is noted as {name}."

    @function_tool
    async def end_call(self, context: Context) -> str:
        """Called when the user says goodbye or wants nothing more."""
        return await self._goodbye(context)


class BuyingDesk(Desk):
    """Sells."""

    def __init__(self, before: llm.ChatContext | None = None) -> None:
        super().__init__(_PROMPTS["buying"], before)

    @function_tool
    async def select_model(
        self, context: Context, model: str, storage: str = "", colour: str = ""
    ) -> str:
        """Called when the user names the iPhone that they want, or asks what one costs.

        Args:
            model: The model, e.g. iPhone 17 Pro
            storage: The storage, if the user named one
            colour: The colour, if the user named one
        """
        context.userdata.selected_model = model
        price = context.userdata.prices.get(model, "unknown")
        return f"{model} is selected. Its price is {price}. Ask whether to order it."

    @function_tool
    async def confirm_purchase(self, context: Context) -> str:
        """Called when the user confirms that the selected iPhone is to be ordered."""
        return f"{context.userdata.selected_model} is ordered. The order number is S48213."

    @function_tool
    async def to_support(self, context: Context) -> tuple[Agent, str]:
        """Called when the user has a problem with an iPhone that they own."""
        return SupportDesk(self.chat_ctx), "Transferring you to our support team."

    @function_tool
    async def end_purchase_call(self, context: Context) -> str:
        """Called when the user says goodbye or wants nothing more."""
        return await self._goodbye(context)


class SupportDesk(Desk):
    """Troubleshoots."""

    def __init__(self, before: llm.ChatContext | None = None) -> None:
        super().__init__(_PROMPTS["support"], before)

    @function_tool
    async def log_support_issue(self, context: Context, issue: str) -> str:
        """Called when the user has described the problem with their iPhone.

        Args:
            issue: The problem in a short phrase
        """
        context.userdata.support_issue = issue
        return "The issue is logged under ticket T48213. Suggest a first step to the user."

    @function_tool
    async def complete_support(self, context: Context) -> tuple[Agent, str]:
        """Called when the user says that the problem is solved."""
        return GreetingDesk(self.chat_ctx), "Glad that it is solved."

    @function_tool
    async def to_buying(self, context: Context) -> tuple[Agent, str]:
        """Called when the user wants to buy an iPhone, compare models or ask for prices."""
        return BuyingDesk(self.chat_ctx), "Transferring you to our sales team."

    @function_tool
    async def end_support_call(self, context: Context) -> str:
        """Called when the user says goodbye or wants nothing more."""
        return await self._goodbye(context)


_STYLE = (
    "Your answers are spoken on a telephone: keep them short, without lists, markup or emojis. "
    "Be friendly and patient, ask one question at a time, and never make up a price or a date. "
    "If the user asks for something that you can't do, say so and offer what you can do."
)
_PROMPTS = {
    "greeting": "You are Jill, the receptionist of an iPhone shop. Greet the user, find out "
    f"whether they want to buy an iPhone or need support, and put them through. {_STYLE}",
    "buying": "You sell iPhones on the telephone. Find out which model, storage and colour the "
    "user wants, tell its price, and place the order once they confirm it. "
    f"The models are {{models}}. {_STYLE}",
    "support": "You troubleshoot iPhones on the telephone. Find out what is wrong, log the "
    f"issue, suggest one step at a time, and ask whether it helped. {_STYLE}",
}


def prompts(stock: Catalogue) -> dict[str, str]:
    """What each desk is told, with the shop's models."""
    prices = _prices(stock)
    listed = ", ".join(f"{name} at {price}" for name, price in prices.items())
    return {desk: text.replace("{models}", listed) for desk, text in _PROMPTS.items()}


def _prices(stock: Catalogue) -> dict[str, str]:
    return {offer.model: money(offer.price_cents) for offer in reversed(stock.offers)}


def set_up(stock: Catalogue, model: llm.LLM[Any]) -> tuple[AgentSession[Basket], Desk]:
    """A session of it, and its first agent."""
    _PROMPTS.update(prompts(stock))
    return AgentSession[Basket](llm=model, userdata=Basket(_prices(stock))), GreetingDesk()
