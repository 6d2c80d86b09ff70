"""LiveKit's rooms as its server tells of them: found, closed, and who is let in or put out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from livekit import api

_CALLERS = frozenset(
    {
        api.ParticipantInfo.Kind.STANDARD,
        api.ParticipantInfo.Kind.SIP,
        api.ParticipantInfo.Kind.CONNECTOR,
    }
)


class RoomError(RuntimeError):
    """LiveKit's server did not do what it was asked; says what it said."""


class RoomService:
    """What may be asked of one server; everything in here raises RoomError where it can't be had.

    What is gone already counts as removed and as deleted.
    """

    def __init__(self, livekit: api.LiveKitAPI) -> None:
        self._asked = livekit.room

    async def find(self, name: str, sid: str) -> api.Room | None:
        """The room of this name and id; another one may go by its name once it is gone."""
        with _answered():
            found = await self._asked.list_rooms(api.ListRoomsRequest(names=[name]))
            return next((room for room in found.rooms if room.sid == sid), None)
        return None

    async def callers(self, room: str) -> list[str]:
        """The identities of who is in a room by browser, telephone or messenger, and is seen."""
        found = await self._people(room)
        return [who.identity for who in found if not who.permission.hidden]

    async def watchers(self, room: str) -> list[str]:
        """The identities of people whom nobody in the room sees, as their token says."""
        return [who.identity for who in await self._people(room) if who.permission.hidden]

    async def _people(self, room: str) -> list[api.ParticipantInfo]:
        with _answered():
            asked = api.ListParticipantsRequest(room=room)
            found = (await self._asked.list_participants(asked)).participants
            gone = api.ParticipantInfo.State.DISCONNECTED
            return [who for who in found if who.kind in _CALLERS and who.state != gone]
        return []

    async def remove(self, room: str, identity: str) -> None:
        """Put somebody out of a room."""
        with _answered():
            asked = api.RoomParticipantIdentity(room=room, identity=identity)
            await self._asked.remove_participant(asked)

    async def subscribe(self, room: str, identity: str, tracks: list[str], *, on: bool) -> None:
        """Have somebody hear these tracks or not, whatever their client would do by itself."""
        if not tracks:
            return
        with _answered():
            await self._asked.update_subscriptions(
                api.UpdateSubscriptionsRequest(
                    room=room, identity=identity, track_sids=tracks, subscribe=on
                )
            )

    async def delete(self, room: str) -> None:
        """Close a room, so that a phone caller is disconnected too."""
        with _answered():
            await self._asked.delete_room(api.DeleteRoomRequest(room=room))


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except api.TwirpError as error:
        if error.code != api.TwirpErrorCode.NOT_FOUND:
            raise RoomError(f"LiveKit says {error.message}") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise RoomError(str(error) or type(error).__name__) from None


def token(key: str, secret: str, identity: str, room: str, *, agent: str = "") -> api.AccessToken:
    """What lets a caller into a room for a day; with an agent's name, that one is asked to come."""
    made = (
        api.AccessToken(key, secret)
        .with_identity(identity)
        .with_ttl(datetime.timedelta(days=1))
        .with_grants(api.VideoGrants(room_join=True, room=room))
    )
    if not agent:
        return made
    asked = api.RoomAgentDispatch(agent_name=agent)
    return made.with_room_config(api.RoomConfiguration(agents=[asked]))


def agents_token(key: str, secret: str, identity: str, room: str) -> str:
    """What LiveKit's server gives an agent; that of `simulate_job` itself may do less."""
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        agent=True,
        can_publish=True,
        can_subscribe=True,
        can_publish_data=True,
        can_update_own_metadata=True,
    )
    return (
        api.AccessToken(key, secret)
        .with_identity(identity)
        .with_kind("agent")
        .with_ttl(datetime.timedelta(hours=6))
        .with_grants(grants)
        .to_jwt()
    )
