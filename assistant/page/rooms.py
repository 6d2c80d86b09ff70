"""Tokens for LiveKit's rooms: a caller gets a new one, a watcher looks, a colleague talks."""

from __future__ import annotations

import datetime
import secrets

import aiohttp
from livekit import api

from assistant.call.snapshot import CALLER
from assistant.page.options import Options
from assistant.phone.people import Way, minted

TO_JOIN = datetime.timedelta(seconds=60)
"""How long a token lets somebody in. Who is in stays in, and LiveKit renews it for them."""
ANSWERS = 3.0
"""Seconds that LiveKit may take to say which rooms there are."""


class Away(Exception):
    """LiveKit's server doesn't answer."""


def for_caller(options: Options, name: str = "") -> str:
    """What lets a caller into a room that nobody has been in, and asks the agent to come."""
    room = f"web-{secrets.token_urlsafe(12)}"
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        can_subscribe=True,
        can_publish=True,
        can_publish_sources=["microphone"],
        can_publish_data=True,  # typed words and keys
        can_update_own_metadata=False,
    )
    token = _token(options, f"caller-{secrets.token_urlsafe(9)}", grants).with_name(name[:60])
    token = token.with_attributes({CALLER: "1"})
    if options.agent_name:
        asked = api.RoomAgentDispatch(agent_name=options.agent_name)
        token = token.with_room_config(api.RoomConfiguration(agents=[asked]))
    return token.to_jwt()


def for_colleague(options: Options, room: str, call: str) -> str:
    """What lets one of the shop's people into the room of a caller who waits for them."""
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        can_subscribe=True,
        can_publish=True,
        can_publish_sources=["microphone"],
        can_publish_data=False,
        can_update_own_metadata=False,
    )
    identity = minted(options.livekit_secret, call, Way.PAGE)
    return _token(options, identity, grants).with_name("a colleague").to_jwt()


def for_watcher(options: Options, room: str) -> str:
    """What lets somebody see a call that is on, unseen and unheard by who is on it."""
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        hidden=True,
        can_subscribe=True,
        can_publish=False,
        can_publish_data=False,
        can_update_own_metadata=False,
    )
    return _token(options, f"watcher-{secrets.token_urlsafe(9)}", grants).to_jwt()


def _token(options: Options, identity: str, grants: api.VideoGrants) -> api.AccessToken:
    token = api.AccessToken(options.livekit_key, options.livekit_secret)
    return token.with_identity(identity).with_ttl(TO_JOIN).with_grants(grants)


async def is_open(livekit: api.LiveKitAPI, room: str) -> bool:
    """Whether there is such a room: joining another one would open it, and bring an agent.

    Raises:
        Away: the server doesn't say.
    """
    try:
        found = await livekit.room.list_rooms(api.ListRoomsRequest(names=[room]))
    except (api.TwirpError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Away(type(error).__name__) from None
    return any(each.name == room for each in found.rooms)
