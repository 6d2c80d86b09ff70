"""What can be wrong with a model, each with the sentence that an operator can act on."""

from __future__ import annotations

from enum import Enum

from livekit.agents import APIError, APITimeoutError

from assistant.settings import Settings

UNSAID = "unsaid"
"""Among a chunk's extras: the sentence that was begun turned out to be no speech."""


class Fault(Enum):
    """A kind of failure: its label in the counters, and what to do about it.

    `where` is the server, `model` the model's name, `seconds` how long it was waited for.
    """

    KEY_REFUSED = "key_refused", "{where} refused the key: check OPENAI_API_KEY."
    KEY_UNSENDABLE = (
        "key_unsendable",
        "OPENAI_API_KEY holds letters that can't be sent to {where}: copy the key again.",
    )
    QUOTA = (
        "quota",
        "The balance or quota at {where} is used up: check the plan's limits and balance.",
    )
    RATE = (
        "rate",
        "{where} has had enough requests for now: spread them, or check the plan's limits.",
    )
    OVERLOAD = (
        "overload",
        "{where} is overloaded or has trouble of its own: try again later, or check its "
        "status page.",
    )
    NO_MODEL = (
        "no_model",
        "{where} doesn't know the model {model}: check OPENAI_MODEL and the address.",
    )
    NO_TOOLS = (
        "no_tools",
        "The model {model} at {where} takes no tools: choose one that does (OPENAI_MODEL), or "
        "turn them on in the server.",
    )
    WRONG_ADDRESS = (
        "wrong_address",
        "There is no chat model at {where}: check OPENAI_BASE_URL (most end in /v1).",
    )
    TOO_LONG = (
        "too_long",
        "The call has become too long for the model {model} at {where}: give it more context, or "
        "choose another.",
    )
    REQUEST = (
        "request",
        "{where} didn't take the request: check OPENAI_MODEL and the address, and see its log.",
    )
    UNREACHABLE = (
        "unreachable",
        "The model at {where} can't be reached: check the network and OPENAI_BASE_URL.",
    )
    BROKEN_OFF = "broken_off", "{where} broke off in its answer: see the server's log."
    SILENT = (
        "silent",
        "The model at {where} said nothing for {seconds:g} s: check the server, or raise "
        "FIRST_WORD_SECONDS.",
    )
    EMPTY = (
        "empty",
        "The model {model} at {where} answered with nothing: check it, or choose another.",
    )
    UNREADABLE = (
        "unreadable",
        "The model {model} at {where} answered with what is neither words nor a whole tool call: "
        "check the server's chat template and tool parser, or choose another model.",
    )
    OTHER = "other", "The model at {where} failed: see the server's log."

    def __init__(self, label: str, sentence: str) -> None:
        self.label = label
        self.sentence = sentence

    @property
    def lasting(self) -> bool:
        """Whether it stays as it is until somebody does something about it."""
        return self in _LASTING


_LASTING = {
    Fault.KEY_REFUSED,
    Fault.KEY_UNSENDABLE,
    Fault.QUOTA,
    Fault.NO_MODEL,
    Fault.NO_TOOLS,
    Fault.WRONG_ADDRESS,
}


class ModelError(APIError):
    """A request of the model failed; holds nothing of what the server said.

    Its own words may be the caller's: a server's error quotes the request.
    """

    def __init__(self, fault: Fault, *, status: int = 0, again: bool = False) -> None:
        super().__init__(fault.label, retryable=again)
        self.fault = fault
        self.status = status
        """The HTTP status, where that is what told."""


def fault_of(error: BaseException) -> ModelError:
    """The failure that an error tells of: its own, or that of what it came from."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModelError):
            return cause
        if isinstance(cause, (TimeoutError, APITimeoutError)):
            return ModelError(Fault.SILENT)
        cause = cause.__cause__
    return ModelError(Fault.OTHER)


def explain(error: BaseException, settings: Settings) -> str:
    """What failed and what to do about it; never holds a key or a caller's words."""
    failed = fault_of(error)
    told = failed.fault.sentence.format(
        where=settings.openai_base_url or "OpenAI",
        model=settings.openai_model,
        seconds=settings.first_word,
    )
    if failed.status:
        problem, mark, remedy = told.partition(": ")
        return f"{problem} ({failed.status}){mark}{remedy}"
    if failed.fault is Fault.OTHER:
        return f"{told[:-1]} ({type(error).__name__})."
    return told
