"""The shop's telephone numbers on a LiveKit server: an inbound trunk, and a rule for its calls.

Both are described in a small file, and made or brought into line with it; done twice, nothing
changes the second time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiohttp
import phonenumbers
from livekit import api
from livekit.api.sip_service import SipService
from livekit.protocol import sip

from assistant.errors import MendableError
from assistant.settings import Rooms

PASSWORD = "TRUNK_PASSWORD"
"""The environment's variable for the carrier's password, which stands in no file."""
_KEYS = {
    "trunk": {"name", "numbers", "allowed_addresses", "allowed_numbers", "username"},
    "calls": {"room_prefix", "agent", "pin", "hide_number"},
}
T = TypeVar("T")


class TrunkError(MendableError):
    """The trunk can't be set up; says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """What a trunk file says."""

    name: str
    numbers: tuple[str, ...]
    """The shop's own, in E.164."""
    allowed_addresses: tuple[str, ...] = ()
    """The carrier's addresses; none lets everybody in who has the password."""
    allowed_numbers: tuple[str, ...] = ()
    """Who may call; none lets everybody."""
    username: str = ""
    password: str = field(default="", repr=False)
    room_prefix: str = "call-"
    agent: str = ""
    """The agent's name (`AGENT_NAME`) that is sent for; empty: whoever takes any room."""
    pin: str = ""
    hide_number: bool = False


def read(path: Path, password: str = "") -> Trunk:
    """The trunk that a file describes, with the carrier's password where it names a user.

    Raises:
        TrunkError: it can't be read, or what it says can't be used.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise TrunkError(f"{path} can't be read ({error}); check the path.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TrunkError(f"{path} isn't TOML: {error}; correct that line.") from None
    for name, given in table.items():
        if name not in _KEYS or not isinstance(given, dict):
            raise TrunkError(f"{path}: {name!r} is unknown; use [trunk] and [calls].")
        if unknown := sorted(given.keys() - _KEYS[name]):
            known = ", ".join(sorted(_KEYS[name]))
            raise TrunkError(f"{path}: [{name}] has no {unknown[0]!r}; there are {known}.")
    trunk = _Table(path, "trunk", table.get("trunk", {}))
    calls = _Table(path, "calls", table.get("calls", {}))
    numbers = trunk.texts("numbers")
    if not numbers:
        raise TrunkError(f'{path}: [trunk] needs numbers = ["+12125550100"], the shop\'s own.')
    found = Trunk(
        name=trunk.text("name") or "shop",
        numbers=tuple(_e164(path, number) for number in numbers),
        allowed_addresses=trunk.texts("allowed_addresses"),
        allowed_numbers=tuple(_e164(path, number) for number in trunk.texts("allowed_numbers")),
        username=trunk.text("username"),
        password=password,
        room_prefix=calls.text("room_prefix") or "call-",
        agent=calls.text("agent"),
        pin=calls.text("pin"),
        hide_number=calls.flag("hide_number"),
    )
    if found.username and not found.password:
        raise TrunkError(f"{path} names the user {found.username!r}: set {PASSWORD} as well.")
    if not found.username and not found.allowed_addresses:
        raise TrunkError(
            f"{path} lets anybody in: name the carrier's allowed_addresses, or a username with "
            f"{PASSWORD}."
        )
    return found


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file, and how its values are taken."""

    path: Path
    name: str
    values: dict[str, object]

    def text(self, key: str) -> str:
        return self._typed(key, str, "", "a text")

    def flag(self, key: str) -> bool:
        return self._typed(key, bool, False, "true or false")

    def texts(self, key: str) -> tuple[str, ...]:
        given = self._typed(key, list, [], "a list of texts")
        if not all(isinstance(each, str) for each in given):
            raise TrunkError(f"{self.path}: [{self.name}] {key} must be a list of texts.")
        return tuple(given)

    def _typed(self, key: str, kind: type[T], default: T, wanted: str) -> T:
        value = self.values.get(key, default)
        if not isinstance(value, kind):
            raise TrunkError(f"{self.path}: [{self.name}] {key} must be {wanted}.")
        return value


def _e164(path: Path, number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise TrunkError(
            f"{path}: {number!r} is no telephone number; write it as +12125550100, with the "
            "country's code."
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


async def on_server(keys: Rooms, wanted: Trunk) -> tuple[str, ...]:
    """Set it up on the server of these settings; a line for each thing that stands there.

    Raises:
        TrunkError: the server isn't named, can't be reached, or refuses.
    """
    if not (keys.livekit_url and keys.livekit_api_key and keys.livekit_api_secret):
        raise TrunkError("set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.")
    async with api.LiveKitAPI(
        keys.livekit_url, keys.livekit_api_key, keys.livekit_api_secret
    ) as server:
        return await set_up(server, wanted)


async def set_up(server: api.LiveKitAPI, wanted: Trunk) -> tuple[str, ...]:
    """Make trunk and rule what the file says; tells what stands there now, a line each.

    Raises:
        TrunkError: the server can't be reached, has no telephone part, or refuses.
    """
    try:
        trunk, did = await _trunk(server.sip, wanted)
        rule, ruled = await _rule(server.sip, wanted, trunk)
    except api.TwirpError as error:
        raise TrunkError(f"{_reason(error)}") from None
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise TrunkError("the LiveKit server can't be reached; check LIVEKIT_URL.") from None
    return (
        f"{did}: trunk {trunk.sip_trunk_id} ({wanted.name}) for {', '.join(wanted.numbers)}",
        f"{ruled}: rule {rule.sip_dispatch_rule_id}, each call into a room {wanted.room_prefix}...,"
        f" {f'with the agent {wanted.agent}' if wanted.agent else 'with whichever agent is free'}",
    )


def _reason(error: api.TwirpError) -> str:
    if error.code in ("unimplemented", "bad_route") or "sip not connected" in error.message:
        return (
            "this LiveKit server has no telephone part: it needs Redis (redis: in its "
            "configuration) and LiveKit's SIP service beside it."
        )
    if error.status in (401, 403):
        return "the LiveKit server takes neither key nor secret; check LIVEKIT_API_KEY and _SECRET."
    return f"the LiveKit server refuses: {error.message}"


async def _trunk(service: SipService, wanted: Trunk) -> tuple[sip.SIPInboundTrunkInfo, str]:
    info = sip.SIPInboundTrunkInfo(
        name=wanted.name,
        numbers=wanted.numbers,
        allowed_addresses=wanted.allowed_addresses,
        allowed_numbers=wanted.allowed_numbers,
        auth_username=wanted.username,
        auth_password=wanted.password,
    )
    listed = await service.list_inbound_trunk(sip.ListSIPInboundTrunkRequest())
    there = _same_or_own(wanted, listed.items)
    if there is None:
        made = await service.create_inbound_trunk(sip.CreateSIPInboundTrunkRequest(trunk=info))
        return made, "made"
    if _says(there, info, there.sip_trunk_id):
        return there, "stands"
    return await service.update_inbound_trunk(there.sip_trunk_id, info), "changed"


def _same_or_own(
    wanted: Trunk, there: Sequence[sip.SIPInboundTrunkInfo]
) -> sip.SIPInboundTrunkInfo | None:
    """The trunk of this name.

    Raises:
        TrunkError: another trunk has one of the numbers; LiveKit would take neither.
    """
    own = next((trunk for trunk in there if trunk.name == wanted.name), None)
    for trunk in there:
        taken = set(trunk.numbers) & set(wanted.numbers)
        if trunk is not own and taken:
            raise TrunkError(
                f"{min(taken)} belongs to the trunk {trunk.sip_trunk_id} ({trunk.name}) already: "
                "give this one its name, or remove it there."
            )
    return own


def _says(there: sip.SIPInboundTrunkInfo, info: sip.SIPInboundTrunkInfo, id: str) -> bool:
    wanted = sip.SIPInboundTrunkInfo()
    wanted.CopyFrom(there)
    for name in ("numbers", "allowed_addresses", "allowed_numbers"):
        wanted.ClearField(name)
    wanted.MergeFrom(info)
    wanted.auth_username, wanted.auth_password = info.auth_username, info.auth_password
    return wanted == there


async def _rule(
    service: SipService, wanted: Trunk, trunk: sip.SIPInboundTrunkInfo
) -> tuple[sip.SIPDispatchRuleInfo, str]:
    individual = sip.SIPDispatchRuleIndividual(room_prefix=wanted.room_prefix, pin=wanted.pin)
    agents = [api.RoomAgentDispatch(agent_name=wanted.agent)] if wanted.agent else []
    info = sip.SIPDispatchRuleInfo(
        name=wanted.name,
        rule=sip.SIPDispatchRule(dispatch_rule_individual=individual),
        trunk_ids=[trunk.sip_trunk_id],
        hide_phone_number=wanted.hide_number,
        room_config=api.RoomConfiguration(agents=agents),
    )
    listed = await service.list_dispatch_rule(sip.ListSIPDispatchRuleRequest())
    there = next((rule for rule in listed.items if rule.name == wanted.name), None)
    if there is None:
        request = sip.CreateSIPDispatchRuleRequest(dispatch_rule=info)
        return await service.create_dispatch_rule(request), "made"
    same = (
        there.rule == info.rule
        and list(there.trunk_ids) == list(info.trunk_ids)
        and there.hide_phone_number == info.hide_phone_number
        and list(there.room_config.agents) == list(info.room_config.agents)
    )
    if same:
        return there, "stands"
    return await service.update_dispatch_rule(there.sip_dispatch_rule_id, info), "changed"
