"""The shop's people rung up through LiveKit's SIP service, and callers put on to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from google.protobuf.duration_pb2 import Duration
from livekit import api
from livekit.protocol import sip

ANSWERS = 10.0
"""Seconds that LiveKit may take to begin to ring."""


class DialError(RuntimeError):
    """A telephone could not be rung, or a caller not be put on to it; says what LiveKit said."""


class Telephone:
    """What may be asked of one server's SIP service; everything in here raises DialError."""

    def __init__(self, livekit: api.LiveKitAPI) -> None:
        self._asked = livekit.sip

    async def ring(self, number: str, trunk: str, room: str, identity: str, seconds: float) -> None:
        """Ring a number for so many seconds, and have who answers in a room under this identity.

        It returns once it rings: what comes of it shows in the room.
        """
        with _answered():
            await self._asked.create_sip_participant(
                sip.CreateSIPParticipantRequest(
                    sip_trunk_id=trunk,
                    sip_call_to=number,
                    room_name=room,
                    participant_identity=identity,
                    participant_name="a colleague",
                    hide_phone_number=True,  # the caller is in the room as well
                    ringing_timeout=Duration(seconds=math.ceil(seconds)),
                ),
                timeout=ANSWERS,
            )

    async def put_on(self, number: str, room: str, identity: str, seconds: float) -> None:
        """Have the carrier put a caller's telephone on to a number (SIP REFER), and leave us."""
        with _answered():
            told = await self._asked.transfer_sip_participant(
                sip.TransferSIPParticipantRequest(
                    participant_identity=identity,
                    room_name=room,
                    transfer_to=f"tel:{number}" if number.startswith("+") else number,
                    ringing_timeout=Duration(seconds=math.ceil(seconds)),
                )
            )
            if told.status == sip.SIPTransferStatus.STS_TRANSFER_FAILED:
                raise DialError("the carrier has not put the caller on")


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except api.TwirpError as error:
        raise DialError(f"LiveKit says {error.code}") from None  # its words may hold the number
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DialError(type(error).__name__) from None
