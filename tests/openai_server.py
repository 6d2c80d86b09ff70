"""A small OpenAI-compatible server on the loopback address, answering from a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.fakes import Use

PATH = "/v1/chat/completions"
NEVER = 3600.0


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def key(self) -> str:
        """The key it was made with."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def tools(self) -> list[str]:
        """The names of the tools it offers."""
        return [tool["function"]["name"] for tool in self.body.get("tools", [])]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages it sends."""
        return list(self.body["messages"])


class Reply:
    """A streamed answer being written: server-sent events, as OpenAI sends them."""

    def __init__(self, request: web.Request, number: int) -> None:
        self.request = request
        self._id = f"chatcmpl-{number}"
        self._response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})

    async def begin(self) -> None:
        """Send the headers and the role."""
        await self._response.prepare(self.request)
        await self.delta(role="assistant", content="")

    async def delta(self, finish: str | None = None, **delta: Any) -> None:
        """Send one piece of the answer."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        await self._event(choices=[choice])

    async def words(self, text: str) -> None:
        """Send a text in small pieces."""
        for start in range(0, len(text), 5):
            await self.delta(content=text[start : start + 5])

    async def uses(self, *calls: Use) -> None:
        """Send tool calls: each one's name first, then its arguments piece by piece."""
        for index, call in enumerate(calls):
            given = call.arguments
            text = given if isinstance(given, str) else json.dumps(given)
            function: dict[str, str] = {"name": call.name, "arguments": ""}
            call_id = call.call_id or f"call_{self._id}_{index}"
            named = {"index": index, "id": call_id, "type": "function", "function": function}
            await self.delta(tool_calls=[named])
            for start in range(0, len(text), 4):
                piece = {"index": index, "function": {"arguments": text[start : start + 4]}}
                await self.delta(tool_calls=[piece])

    async def end(self, finish: str | None = "stop") -> web.StreamResponse:
        """Send how it finished, if it does, the usage, and the end mark."""
        if finish:
            await self.delta(finish=finish)
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        await self._event(choices=[], usage=usage)
        await self._response.write(b"data: [DONE]\n\n")
        await self._response.write_eof()
        return self._response

    async def error(self, **error: object) -> web.StreamResponse:
        """Send an error in the place of what was to come."""
        await self._response.write(f"data: {json.dumps({'error': error})}\n\n".encode())
        await self._response.write_eof()
        return self._response

    async def drop(self) -> web.StreamResponse:
        """Close the connection without another word."""
        assert self.request.transport is not None
        self.request.transport.abort()
        return self._response

    async def _event(self, **fields: object) -> None:
        chunk = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-4.1-nano",
            **fields,
        }
        await self._response.write(f"data: {json.dumps(chunk)}\n\n".encode())


Step = Callable[[Reply], Awaitable[web.StreamResponse]]


def says(text: str) -> Step:
    """Answer with words."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        await reply.words(text)
        return await reply.end()

    return answer


def uses(*calls: Use, text: str = "") -> Step:
    """Answer with tool calls, after a text if there is one."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        await reply.words(text)
        await reply.uses(*calls)
        return await reply.end("tool_calls")

    return answer


def late(seconds: float, step: Step) -> Step:
    """Answer like this, but only after a while."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await step(reply)

    return answer


def empty() -> Step:
    """Answer with nothing."""
    return says("")


def fails(status: int, message: str = "no", **more: object) -> Step:
    """Refuse the request with this status."""
    error = {"message": message, "type": "error", "code": str(status), **more}
    return sends(json.dumps({"error": error}), status=status)


def sends(body: str, *, status: int = 200, kind: str = "application/json") -> Step:
    """Answer with this, all at once."""

    async def answer(reply: Reply) -> web.StreamResponse:
        return web.Response(text=body, status=status, content_type=kind)

    return answer


def streams(*deltas: dict[str, object], finish: str | None = "stop") -> Step:
    """Answer with these pieces, as they stand."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        for delta in deltas:
            await reply.delta(**delta)
        return await reply.end(finish)

    return answer


def breaks(**error: object) -> Step:
    """Begin to answer, and then send this error."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        return await reply.error(**error)

    return answer


def piece(
    index: int | None = 0, id: str | None = None, name: str | None = None, arguments: object = None
) -> dict[str, object]:
    """A piece of a tool call with only these parts in it."""
    function = {"name": name, "arguments": arguments}
    told = {"index": index, "id": id, "type": "function", "function": function}
    told["function"] = {key: value for key, value in function.items() if value is not None}
    return {"tool_calls": [{key: value for key, value in told.items() if value is not None}]}


def stalls() -> Step:
    """Take the request and never answer."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await asyncio.sleep(NEVER)
        return web.Response()

    return answer


def stalls_after(text: str) -> Step:
    """Say this much, then nothing for ever."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        await reply.words(text)
        await asyncio.sleep(NEVER)
        return await reply.end()

    return answer


def drops_after(text: str = "", *calls: Use) -> Step:
    """Send this much, then close the connection."""

    async def answer(reply: Reply) -> web.StreamResponse:
        await reply.begin()
        await reply.words(text)
        await reply.uses(*calls)
        return await reply.drop()

    return answer


@dataclass
class Server:
    """The server: `async with Server(says("Hello.")) as server`, at `server.url` until it is left.

    Leaving fails the test if anything but a chat completion was asked for, or more of them
    than were scripted.
    """

    script: tuple[Step, ...] = ()
    requests: list[Request] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    url: str = ""

    def __init__(self, *script: Step) -> None:
        self.script = script
        self.requests = []
        self.unexpected = []
        self._steps = list(script)

    @property
    def left(self) -> int:
        """How many scripted answers were not asked for."""
        return len(self._steps)

    async def __aenter__(self) -> Server:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()
        if error is None:
            assert not self.unexpected, f"asked of the server: {self.unexpected}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = f"{request.method} {request.path}"
        if asked != f"POST {PATH}":
            self.unexpected.append(asked)
            return web.json_response({"error": {"message": "not here"}}, status=404)
        body = await request.json()
        self.requests.append(Request(request.method, request.path, dict(request.headers), body))
        if not self._steps:
            self.unexpected.append(
                f"request {len(self.requests)}, which the script has no answer to"
            )
            return web.json_response({"error": {"message": "script is over"}}, status=400)
        return await self._steps.pop(0)(Reply(request, len(self.requests)))
