"""What the agents are told and how the fixed lines are worded, with a shop's own words over it.

A shop's directory may hold `shop.toml` (persona, shop, tone, and under `[lines]` the wording of any
fixed line) and a `<state>.md` for each state's instructions. A call's metadata may bring `persona`,
`shop`, `tone` and `instructions`. Words can change; the graph and a line's placeholders cannot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from assistant.errors import MendableError
from assistant.shop.files import UnreadableError, text_of, toml_of
from assistant.shop.wording.lines import ALL
from statemachine.engine.effects import Say
from statemachine.engine.lines import ANYWHERE, Line, placeholders
from statemachine.states import SPOKEN, State

_Content = TypeVar("_Content")

_HERE = Path(__file__).parent
_TEXTS = ("persona", "shop", "tone")
LONGEST_METADATA = 20_000
"""Characters that a call may bring; its instructions come with each request of the model."""
_LINES = {line.name: line for line in ALL}
_ELSEWHERE = frozenset({"about.toml", "catalogue.toml", "knowledge.toml", "README.md"})


class PromptError(MendableError):
    """A prompt file or a call's metadata cannot be used; says where and what to do."""


@dataclass(frozen=True)
class Prompts:
    """The words of one call."""

    persona: str = ""
    shop: str = ""
    tone: str = ""
    instructions: Mapping[str, str] = field(default_factory=dict)
    """By state: what its agent is told."""
    wordings: Mapping[str, str] = field(default_factory=dict)
    """By line: the shop's own wording."""

    def instructions_for(self, state: State) -> str:
        """What the agent of this state is told, tone included."""
        return self._filled(self.instructions[state.value]).strip() + f"\n\nTone: {self.tone}"

    def word(self, say: Say | Line) -> str:
        """A fixed line as it is spoken."""
        line, values = (say, ()) if isinstance(say, Line) else (say.line, say.values)
        return self._filled(self.wordings.get(line.name, line.wording), dict(values))

    def wording(self, line: Line) -> str:
        """A line with its own placeholders still open."""
        return self._filled(self.wordings.get(line.name, line.wording))

    def _filled(self, text: str, values: Mapping[str, str] | None = None) -> str:
        known = {"persona": self.persona, "shop": self.shop, "tone": self.tone, **(values or {})}
        return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), text)


def load(shop: Path | None = None) -> Prompts:
    """The words that come with the assistant, under those of a shop's directory if one is named.

    Raises:
        PromptError: a file cannot be read, or holds something that cannot be changed.
    """
    prompts = _overlaid(Prompts(), _HERE)
    missing = [state.value for state in SPOKEN if state.value not in prompts.instructions]
    if missing:
        raise PromptError(
            f"{_HERE.name}/{missing[0]}.md is missing: write the agent's instructions."
        )
    return _overlaid(prompts, shop) if shop else prompts


def for_call(prompts: Prompts, metadata: str) -> Prompts:
    """The words for one call, with what its metadata (JSON, or nothing) brings laid over them.

    Raises:
        PromptError: the metadata is not an object of the fields named above.
    """
    if not metadata.strip():
        return prompts
    if len(metadata) > LONGEST_METADATA:
        raise PromptError(
            f"the call's metadata has {len(metadata)} characters: {LONGEST_METADATA} are the most."
        )
    try:
        given = json.loads(metadata)
        metadata.encode()
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise PromptError("the call's metadata has half a character (a lone surrogate).") from None
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise PromptError(f"the call's metadata is not JSON ({why}).") from None
    if not isinstance(given, dict):
        raise PromptError("the call's metadata is not a JSON object.")
    instructions = given.pop("instructions", {})
    if isinstance(instructions, str):
        raise PromptError("metadata: instructions needs an object, one text a state.")
    changed = _with_texts(prompts, given, "metadata")
    return with_instructions(changed, _texts(instructions, "metadata: instructions"), "metadata")


def with_instructions(prompts: Prompts, texts: Mapping[str, str], where: str) -> Prompts:
    """The prompts with these states' instructions replaced.

    Raises:
        PromptError: there is no such state, or a text is empty or holds an unknown placeholder.
    """
    states = [state.value for state in SPOKEN]
    for state, text in texts.items():
        if state not in states:
            raise PromptError(f"{where}: there is no state {state!r}; there are {_all(states)}.")
        if not text.strip():
            raise PromptError(
                f"{where}: the instructions for {state} are empty; write or omit them."
            )
        unknown = set(re.findall(r"\{(\w+)\}", text)) - {*_TEXTS}
        if unknown:
            raise PromptError(
                f"{where}: {state} uses {{{sorted(unknown)[0]}}}; instructions may only use "
                f"{_all('{' + text + '}' for text in _TEXTS)}."
            )
    return replace(prompts, instructions={**prompts.instructions, **texts})


def _overlaid(prompts: Prompts, folder: Path) -> Prompts:
    known = {f"{state.value}.md" for state in SPOKEN} | {"shop.toml"} | _ELSEWHERE
    for path in sorted(folder.iterdir()):
        if path.suffix in (".md", ".toml") and path.name not in known:
            raise PromptError(f"{path} belongs to nothing; there are {_all(sorted(known))}.")
    settings = folder / "shop.toml"
    if settings.exists():
        prompts = _with_shop(prompts, settings)
    for state in SPOKEN:
        path = folder / f"{state.value}.md"
        if path.exists():
            prompts = with_instructions(prompts, {state.value: _read(text_of, path)}, str(path))
    return prompts


def _with_shop(prompts: Prompts, path: Path) -> Prompts:
    given = _read(toml_of, path)
    _check_names(given, (*_TEXTS, "lines"), str(path))
    wordings = _texts(given.pop("lines", {}), f"{path}: lines")
    for name, wording in wordings.items():
        _check_wording(name, wording, str(path))
    prompts = _with_texts(prompts, given, str(path))
    return replace(prompts, wordings={**prompts.wordings, **wordings})


def _check_wording(name: str, wording: str, where: str) -> None:
    line = _LINES.get(name)
    if line is None:
        raise PromptError(f"{where}: there is no line {name!r}; there are {_all(sorted(_LINES))}.")
    if not wording.strip():
        raise PromptError(f"{where}: the line {name} is empty; write or omit it.")
    try:
        used = placeholders(wording)
    except ValueError as error:
        raise PromptError(f"{where}: in the line {name}, {error}.") from None
    if used != line.placeholders:
        wanted = _all("{" + each + "}" for each in sorted(line.placeholders)) or "none"
        raise PromptError(
            f"{where}: the line {name} must use exactly its placeholders: {wanted} "
            f"(and, wherever you like, {_all('{' + each + '}' for each in sorted(ANYWHERE))})."
        )


def _with_texts(prompts: Prompts, given: Mapping[str, object], where: str) -> Prompts:
    _check_names(given, _TEXTS, where)
    texts = _texts(given, where)
    for name, text in texts.items():
        if not text.strip():
            raise PromptError(f"{where}: {name} is empty; write or omit it.")
        if "{" in text or "}" in text:
            raise PromptError(f"{where}: {name} holds a brace, which marks a placeholder.")
    return replace(
        prompts,
        persona=texts.get("persona", prompts.persona),
        shop=texts.get("shop", prompts.shop),
        tone=texts.get("tone", prompts.tone),
    )


def _texts(given: object, where: str) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise PromptError(f"{where} needs a table of texts.")
    for name, text in given.items():
        if not isinstance(text, str):
            raise PromptError(f"{where}: {name} must be a text.")
    return {str(name): str(text) for name, text in given.items()}


def _check_names(given: Iterable[str], known: Sequence[str], where: str) -> None:
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            advice = f"did you mean {close[0]!r}" if close else f"there are {_all(known)}"
            raise PromptError(f"{where}: {name!r} is unknown; {advice}.")


def _read(reader: Callable[[Path], _Content], path: Path) -> _Content:
    try:
        return reader(path)
    except UnreadableError as error:
        raise PromptError(f"{path}: {error}.") from None


def _all(names: Iterable[str]) -> str:
    return ", ".join(names)
