"""What an error of OpenAI's client, or of a server in its answer, tells of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import httpx2
import openai

from assistant.providers.failures import Fault, ModelError

_SPENT = re.compile(r"insufficient_quota|quota|billing|balance|credit|payment", re.IGNORECASE)
_UNKNOWN_MODEL = re.compile(
    r"model_not_found|invalid_model|not a valid model|\bmodel\b", re.IGNORECASE
)
_NO_TOOLS = re.compile(
    r"(?:not support|support no|n't support|not supported).{0,40}\b(?:tools?|functions?)\b"
    r"|\b(?:tools?|function calling|tool use)\b.{0,60}not (?:supported|enabled)"
    r"|enable-auto-tool-choice|requires --jinja",
    re.IGNORECASE | re.DOTALL,
)
_TOO_LONG = re.compile(
    r"context_length_exceeded|context (?:length|window|size)|too many tokens", re.IGNORECASE
)
_UNLUCKY = re.compile(
    r"tool_use_failed|failed_generation|output_parse_failed|failed to (?:call|parse)", re.IGNORECASE
)
_SHAPE = re.compile(
    r"\balternat|\broles?\b.{0,60}(?:support|user|must|order)|support.{0,40}\broles?\b"
    r"|(?:first|last) message|(?:start|begin|end)s? with.{0,20}\buser\b|\buser\b.{0,20}first",
    re.IGNORECASE | re.DOTALL,
)
_BUSY = re.compile(r"overload|unavailable|capacity|server_error|internal|loading", re.IGNORECASE)
_LIMITED = re.compile(r"rate.?limit|too many requests", re.IGNORECASE)
_KEY = re.compile(r"invalid_api_key|authentication|unauthori[sz]ed|api key", re.IGNORECASE)
OPTIONAL = ("parallel_tool_calls", "stream_options", "temperature")
"""What a request can do without, if its server doesn't know it."""


def refused(error: Exception, *, begun: bool) -> ModelError:
    """The failure that an error of the client or the connection tells of.

    `begun`: whether the answer had begun to arrive.
    """
    if isinstance(error, ModelError):
        return error
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError)):
        return ModelError(Fault.SILENT)
    if isinstance(error, openai.APIStatusError):
        return of_body(error.body, error.status_code)
    kinds = [type(each).__name__ for each in _causes(error)]
    if "UnicodeEncodeError" in kinds or "LocalProtocolError" in kinds:
        return ModelError(Fault.KEY_UNSENDABLE)
    if "UnsupportedProtocol" in kinds or "InvalidURL" in kinds:
        return ModelError(Fault.WRONG_ADDRESS)
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError)):
        return ModelError(Fault.BROKEN_OFF if begun else Fault.UNREACHABLE, again=True)
    if isinstance(error, openai.APIError):
        return of_body(error.body, 0)
    return ModelError(Fault.UNREADABLE, again=True)


def of_body(body: object, status: int) -> ModelError:
    """The failure that a server's error says; without a status the words alone tell."""
    told = body if isinstance(body, str) else json.dumps(body, default=str)
    status = status or _status_in(body)
    fault, again = _of(status, told)
    return ModelError(fault, status=status, again=again)


def wants_another_shape(error: Exception) -> bool:
    """Whether a server refuses the order or the roles of the messages."""
    return _is_refusal(error) and bool(_SHAPE.search(_told(error)))


def unknown_options(error: Exception) -> frozenset[str]:
    """The optional parts of the request that a server says it doesn't take."""
    told = _told(error) if _is_refusal(error) else ""
    return frozenset(name for name in OPTIONAL if name in told)


def _of(status: int, told: str) -> tuple[Fault, bool]:
    """What a status and a server's words tell of, and whether it is worth asking again at once."""
    if status in (401, 403) or (not status and _KEY.search(told)):
        return Fault.KEY_REFUSED, False
    if status == 402 or (status in (0, 429) and _SPENT.search(told)):
        return Fault.QUOTA, False
    if status == 429 or (not status and _LIMITED.search(told)):
        return Fault.RATE, True
    if status in (404, 405) or 300 <= status < 400:
        unknown = status == 404 and _UNKNOWN_MODEL.search(told)
        return Fault.NO_MODEL if unknown else Fault.WRONG_ADDRESS, False
    if _UNLUCKY.search(told):
        return Fault.UNREADABLE, True
    if status == 413 or _TOO_LONG.search(told):
        return Fault.TOO_LONG, False
    if _NO_TOOLS.search(told):
        return Fault.NO_TOOLS, False
    if status in (408, 409, 425) or status >= 500 or (not status and _BUSY.search(told)):
        return Fault.OVERLOAD, True
    if re.search(r"model_not_found|not a valid model|invalid model", told, re.IGNORECASE):
        return Fault.NO_MODEL, False
    return Fault.REQUEST, not status


def _status_in(body: object) -> int:
    """The status that an error in a stream says of itself, if it does."""
    if isinstance(body, Mapping):
        for name in ("code", "status", "status_code"):
            said = str(body.get(name, ""))
            if re.fullmatch(r"[345]\d\d", said):
                return int(said)
    return 0


def _is_refusal(error: Exception) -> bool:
    status = error.status_code if isinstance(error, openai.APIStatusError) else 0
    return status in (400, 422, 500)


def _told(error: Exception) -> str:
    body = error.body if isinstance(error, openai.APIError) else ""
    return body if isinstance(body, str) else json.dumps(body, default=str)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
