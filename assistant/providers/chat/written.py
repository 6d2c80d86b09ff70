"""What an answer's text holds: words to be heard, tool calls written out, and what is neither."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from assistant.providers.chat.calls import Call, as_json, plain_name

Known = Mapping[str, Sequence[str]]
"""The tools a model may name, and each one's parameters in their order."""

_THINK: Final = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad)"
_OPEN: Final = rf"(?:<{_THINK}\b[^<>]*>|\[THINK\]|◁think▷)"
_CLOSE: Final = rf"(?:</{_THINK}\s*>|\[/THINK\]|◁/think▷)"
THOUGHT: Final = re.compile(rf"{_OPEN}.*?{_CLOSE}\s*", re.DOTALL | re.IGNORECASE)
STRAY_END: Final = re.compile(rf".*{_CLOSE}\s*", re.DOTALL | re.IGNORECASE)
_UNENDED: Final = re.compile(rf"{_OPEN}.*", re.DOTALL | re.IGNORECASE)

_CHANNEL: Final = re.compile(r"<\|channel\|>\s*(?=(\w+))")
_HIDDEN: Final = re.compile(
    r"<\|channel\|>\s*analysis\b.*?(?=<\|channel\|>|\Z)", re.DOTALL | re.IGNORECASE
)
_BARE_ANALYSIS: Final = re.compile(
    r"\s*(?:assistant)?\s*analysis.*?(?=(?:assistant)?(?:final|commentary)|\Z)", re.DOTALL
)
_BARE_HEAD: Final = re.compile(r"\s*(?:assistant)?\s*(?:final|commentary)(?=[\sA-Z])")
BARE: Final = re.compile(r"\s*(?:assistant)?\s*(?:analysis|commentary|final)(?=[A-Z\s])")
"""How an answer begins whose server has taken the marks of its channels away."""

_TURN_ENDS: Final = re.compile(
    r"(?:<\|(?:im_end|eot_id|eom_id|endoftext|return|end_of_text|eos|end_of_turn)\|>"
    r"|</s>|<end_of_turn>|<eos>|<｜end▁of▁sentence｜>"
    r"|(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>)\s*(?:user|system)\b).*",
    re.DOTALL,
)
_ROLES: Final = re.compile(
    r"<\|im_start\|>\s*\w+|<\|start_header_id\|>\s*\w+\s*<\|end_header_id\|>|<start_of_turn>\s*\w+"
    r"|<\|start\|>\s*\w+|<\|channel\|>\s*\w+|<\|constrain\|>\s*\w+"
)
_MARKS: Final = re.compile(
    r"<[|｜][^|｜<>]{0,60}[|｜]>|</?s>|<(?:eos|bos|pad|unk)>|</?(?:end|start)_of_turn>"
    r"|\[/?(?:INST|TOOL_CALLS|ARGS|CALL_ID|AVAILABLE_TOOLS|TOOL_RESULTS)\]"
    r"|</?(?:tool_?calls?|function_?calls?|tools?|functions?|answer|final|response|output|\w+:\w+)>"
    r"|```\w*",
    re.IGNORECASE,
)
_EMPHASIS: Final = re.compile(r"`|</?(?:b|i|u|em|strong|br|p|speak|break)\s*/?>", re.IGNORECASE)
_REACT: Final = re.compile(
    r"(?:\bThought:[^\n]*\s*)?\bAction:\s*(?P<name>\w+)\s*Action Input:\s*(?=\{)", re.IGNORECASE
)
_OWN_TAG: Final = re.compile(r"<(?P<name>\w+)>(?P<body>\s*\{.*?\}\s*)</(?P=name)>", re.DOTALL)
_AS_TAGS: Final = re.compile(
    r"""<(?:function|invoke|tool)\s*(?:=|\s+name\s*=)\s*["']?(?P<name>[\w.:-]+)["']?\s*>"""
    r"(?P<body>.*?)(?:</(?:function|invoke|tool)>|(?=<(?:function|invoke|tool)\s*=)|\Z)",
    re.DOTALL,
)
_PARAMETER: Final = re.compile(
    r"""<parameter\s*(?:=|\s+name\s*=)\s*["']?(?P<key>\w+)["']?\s*>\s*(?P<value>.*?)\s*</parameter>""",
    re.DOTALL,
)
_AS_PAIRS: Final = re.compile(
    r"<tool_call>\s*(?P<name>\w+)\s*(?P<body>(?:<arg_key>.*?</arg_value>\s*)*)</tool_call>",
    re.DOTALL,
)
_PAIR: Final = re.compile(
    r"<arg_key>\s*(?P<key>.*?)\s*</arg_key>\s*<arg_value>\s*(?P<value>.*?)\s*</arg_value>",
    re.DOTALL,
)
_NAMED: Final = re.compile(
    r"(?:\bto=)?(?P<name>(?:\b\w+[.:])*\b[A-Za-z]\w*)(?::\d+)?\s*"
    r"(?:(?:json|:|=>|->)\s*(?=\{)|(?=[({]))"
)
_LIKE_A_CALL: Final = re.compile(
    r"""[{\[]\s*["'{]\s*(?:["']?(?:name|tool\w*|function\w*|type|action|recipient_name|arguments)"""
    r"""["'])|[{]\s*["'](?:name|tool\w*|function\w*|action)["']\s*:"""
)
_SENTENCE: Final = re.compile(r"[^.!?\n]*[.!?\n]*")
_TAKEN: Final = "\0"
"""What stands where a call was: the rest of its sentence belongs to it."""
_CODE: Final = re.compile(rf"\b[a-z]+(?:_[a-z]+)+\b|[{{}}<>|｜{_TAKEN}]|\bto=")

_NAMES: Final = ("name", "tool", "tool_name", "function", "function_name", "action")
_NAMES_TOO: Final = (*_NAMES, "recipient_name")
_GIVEN: Final = ("arguments", "parameters", "args", "input", "action_input", "tool_input", "kwargs")


@dataclass(frozen=True)
class Reading:
    """An answer's text, understood."""

    words: str = ""
    calls: list[Call] = field(default_factory=list)
    broken: bool = False
    """Whether there is a call in it that can't be read."""

    def after(self, said: str) -> Reading:
        """The same, where the words have begun to be said."""
        return replace(self, words=self.words[len(said) :])


def read(text: str, known: Known) -> Reading:
    """Understand the whole of a text, or what of it is left to be understood."""
    text = _without_thoughts(text)
    text = _TURN_ENDS.sub("", text)
    calls: list[Call] = []
    text = _tagged(text, known, calls)
    text = _EMPHASIS.sub("", _MARKS.sub(" ", _ROLES.sub(" ", text)))
    rest, broken = _calls_in(text, known, calls)
    return Reading(_speakable(rest, known), calls, broken and not calls)


def _without_thoughts(text: str) -> str:
    text = STRAY_END.sub("", THOUGHT.sub("", text))
    text = _UNENDED.sub("", text)
    if _CHANNEL.search(text):
        return _HIDDEN.sub("", text)
    if BARE.match(text):
        return _BARE_HEAD.sub(" ", _BARE_ANALYSIS.sub("", text, count=1), count=1)
    return text


def _tagged(text: str, known: Known, calls: list[Call]) -> str:
    """Take the calls out that are written with tags of their own."""

    def take(found: re.Match[str], pair: re.Pattern[str]) -> str:
        given: object = {m["key"]: _value(m["value"]) for m in pair.finditer(found["body"])}
        body = _MARKS.sub(" ", found["body"]).strip()
        if not given and body:
            try:
                given = json.loads(body)
            except ValueError:
                return found[0]
        calls.append(_call(found["name"], given, known))
        return _TAKEN

    text = _REACT.sub(lambda found: f"{found['name']} ", text)
    text = _OWN_TAG.sub(_unwrapped, text)
    text = _AS_PAIRS.sub(lambda found: take(found, _PAIR), text)
    return _AS_TAGS.sub(lambda found: take(found, _PARAMETER), text)


def _unwrapped(found: re.Match[str]) -> str:
    """`<name>{...}</name>` as `name {...}`, unless that is only how a call is marked."""
    marked = _MARKS.fullmatch(f"<{found['name']}>")
    return found[0] if marked else f"{found['name']} {found['body']}"


def _value(text: str) -> object:
    """A parameter's value: JSON where it is some, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _calls_in(text: str, known: Known, calls: list[Call]) -> tuple[str, bool]:
    """Take out the calls written as JSON or as code; what is left, and whether one is broken."""
    if (alone := text.strip().strip("[]*.")) in known:
        calls.append(_call(alone, {}, known))  # its name is all there is
        return "", False
    kept: list[str] = []
    broken, place = False, 0
    while place < len(text):
        found = _named_call(text, place, known) or _json_call(text, place, known)
        if found is not None:
            taken, end = found
            calls += taken
            broken |= not taken
            kept.append(_TAKEN)
            place = end
            continue
        kept.append(text[place])
        place += 1
    return "".join(kept), broken


def _named_call(text: str, place: int, known: Known) -> tuple[list[Call], int] | None:
    """A call that begins here as `name(...)` or `name {...}`; none of what is no tool's name."""
    found = _NAMED.match(text, place)
    if found is None or (place and (text[place - 1].isalnum() or text[place - 1] == "_")):
        return None
    name = plain_name(found["name"], known)
    end = found.end()
    if name not in known and "_" not in name:
        return _wrapped(text, found, known) if name == "print" else None
    if text[end] == "{":
        value, stop = _json_at(text, end)
        return ([_call(name, value, known)], stop) if isinstance(value, dict) else ([], len(text))
    for stop in (n + 1 for n in range(end, len(text)) if text[n] == ")"):
        given = _given(text[end:stop], known.get(name, ()))
        if given is not None:
            return [_call(name, given, known)], stop
    return [], len(text)


def _wrapped(text: str, found: re.Match[str], known: Known) -> tuple[list[Call], int] | None:
    """`print(default_api.name(...))`, as some write it."""
    inner = _named_call(text, found.end() + 1, known)
    if inner is None:
        return None
    calls, end = inner
    return calls, end + (text[end : end + 1] == ")")


def _given(brackets: str, parameters: Sequence[str]) -> dict[str, object] | None:
    """The arguments in a pair of brackets; None where they can't be read."""
    try:
        call = ast.parse(f"f{brackets}".replace("\n", " "), mode="eval").body
        assert isinstance(call, ast.Call)
        placed = [ast.literal_eval(each) for each in call.args]
        named = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}
    except (SyntaxError, ValueError, AssertionError, MemoryError, RecursionError):
        return None
    if len(placed) == 1 and isinstance(placed[0], dict):
        return {**placed[0], **named}
    if len(placed) > len(parameters):
        return None
    return {**dict(zip(parameters, placed, strict=False)), **named}


def _json_call(text: str, place: int, known: Known) -> tuple[list[Call], int] | None:
    """A call, or several, that begins here as JSON; empty where it should have been one."""
    if text[place] not in "{[":
        return None
    value, end = _json_at(text, place)
    if value is not None:
        taken = list(_in(value, known))
        return (taken, end) if taken or isinstance(value, dict) else None
    return ([], len(text)) if _LIKE_A_CALL.match(text, place) else None


def _json_at(text: str, place: int) -> tuple[Any, int]:
    """The value that begins here, and where it ends; also as Python writes it."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, place)
    except ValueError:
        closing = {"{": "}", "[": "]"}[text[place]]
    for stop in (n + 1 for n in range(place, len(text)) if text[n] == closing):
        with contextlib.suppress(SyntaxError, ValueError, MemoryError, RecursionError):
            return ast.literal_eval(text[place:stop]), stop
    return None, place


def _in(value: object, known: Known) -> Iterator[Call]:
    """The calls that a JSON value stands for, in the ways that models write them."""
    if isinstance(value, list):
        for each in value:
            yield from _in(each, known)
    if not isinstance(value, dict):
        return
    for several in ("tool_calls", "tool_uses", "calls"):
        if isinstance(value.get(several), list):
            yield from _in(value[several], known)
            return
    if isinstance(value.get("function"), dict):
        yield from _in(value["function"], known)
        return
    name = next((value[key] for key in _NAMES_TOO if isinstance(value.get(key), str)), None)
    if name is not None:
        given: object = next((value[key] for key in _GIVEN if key in value), {})
        if plain_name(name, known) in known or any(key in value for key in _GIVEN):
            yield _call(name, given, known)
        return
    (only, *more) = [*value.items()] or [("", None)]
    if not more and plain_name(str(only[0]), known) in known:
        yield _call(str(only[0]), only[1], known)


def _call(name: str, given: object, known: Known) -> Call:
    return Call(plain_name(name, known), given=as_json(given) if given else "{}")


def _speakable(text: str, known: Known) -> str:
    """The sentences in which there is nothing but words."""
    kept = [
        sentence
        for sentence in _SENTENCE.findall(text)
        if not _CODE.search(sentence) and not any(re.search(rf"\b{n}\b", sentence) for n in known)
    ]
    words = "".join(kept)
    return words if any(letter.isalnum() for letter in words) else ""
