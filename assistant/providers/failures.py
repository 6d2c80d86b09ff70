"""A provider's failure in one sentence that an operator can act on."""

from __future__ import annotations

from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError

from assistant.settings import Settings


def explain(error: BaseException, settings: Settings) -> str:
    """What failed and what to do about it; never holds a key or a caller's words."""
    known = (TimeoutError, APITimeoutError, APIStatusError)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, known):
        cause = cause.__cause__
    where = settings.openai_base_url or "OpenAI"
    if isinstance(cause, APIStatusError):
        return _status(cause.status_code, where, settings.openai_model)
    if cause is not None:
        return (
            f"The model at {where} said nothing for {settings.first_word:g} s: check the server, "
            "or raise FIRST_WORD_SECONDS."
        )
    if isinstance(error, APIConnectionError):
        return f"The model at {where} can't be reached: check the network and OPENAI_BASE_URL."
    return f"The model at {where} failed ({type(error).__name__}): see the server's log."


def _status(code: int, where: str, model: str) -> str:
    if code in (401, 403):
        return f"{where} refused the key ({code}): check OPENAI_API_KEY."
    if code == 404:
        return f"{where} doesn't know the model {model} (404): check OPENAI_MODEL and the address."
    if code == 429:
        return (
            f"{where} has had enough requests for now (429): check the plan's limits and balance."
        )
    if code >= 500:
        return (
            f"{where} has trouble of its own ({code}): try again later, or check its status page."
        )
    return f"{where} didn't take the request ({code}): check OPENAI_MODEL and the address."
