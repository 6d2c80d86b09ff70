"""A server as it was found to be: how it is asked, and what its answers may begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import openai
from livekit.agents import llm
from livekit.agents.inference.llm import drop_unsupported_params

from assistant.providers.chat import refusals
from assistant.providers.chat.shapes import strict

_FORMS = 3
"""How often a request may be made anew in a form that its server takes."""


@dataclass
class Server:
    """One model of one server."""

    client: openai.AsyncClient
    model: str
    patience: float
    """Seconds until the first word, however often it is asked, and between two of them."""
    options: Mapping[str, Any]
    """What a request has besides its messages and tools."""
    thinks: bool | None
    """Whether its text may begin with a thought that only its end gives away; None: unknown.

    Servers differ in that, and one does it always or never: its first answer is held until it is
    over, and the others then only if need be.
    """
    strict: bool = False
    """Whether it wants the caller first, and strict alternation."""
    left_out: frozenset[str] = frozenset()
    """Options that it doesn't know."""

    async def ask(
        self,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        schemas: list[dict[str, Any]],
        tool_choice: object,
    ) -> openai.AsyncStream[Any]:
        """Make a request, in a form that it takes.

        Raises:
            openai.APIError: it was refused in every form.
        """
        given, _ = chat_ctx.to_provider_format(format="openai")
        messages = cast("list[dict[str, Any]]", given)
        options = {"stream_options": {"include_usage": True}, **self.options}
        if schemas:
            options |= {"tools": schemas, "parallel_tool_calls": False}
            if isinstance(tool_choice, str):
                options["tool_choice"] = tool_choice
        for _ in range(_FORMS):
            try:
                return await self._made(messages, tools, options)
            except openai.APIError as error:
                if not self._learns(error):
                    raise
        return await self._made(messages, tools, options)

    async def _made(
        self, messages: list[dict[str, Any]], tools: list[llm.Tool], options: dict[str, Any]
    ) -> openai.AsyncStream[Any]:
        taken = {name: value for name, value in options.items() if name not in self.left_out}
        create = cast("Any", self.client.chat.completions.create)
        return cast(
            "openai.AsyncStream[Any]",
            await create(
                model=self.model,
                messages=strict(messages) if self.strict else messages,
                stream=True,
                timeout=self.patience,
                **drop_unsupported_params(self.model, taken, tools=tools),
            ),
        )

    def _learns(self, error: openai.APIError) -> bool:
        """Whether a refusal shows in which form the same request would be taken."""
        unknown = refusals.unknown_options(error) - self.left_out
        reshaped = not unknown and not self.strict and refusals.wants_another_shape(error)
        self.left_out |= unknown
        self.strict |= reshaped
        return bool(unknown) or reshaped
