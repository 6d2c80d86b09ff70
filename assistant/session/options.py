"""How LiveKit's session is set up: whose turn it is, and how long a provider may take."""

from __future__ import annotations

from livekit.agents import APIConnectOptions, TurnHandlingOptions, inference
from livekit.agents.voice.agent_session import SessionConnectOptions

from assistant.settings import Settings


def connecting(settings: Settings) -> SessionConnectOptions:
    """How often a provider is asked again, and how long it may take."""
    return SessionConnectOptions(
        llm_conn_options=APIConnectOptions(
            max_retry=1, retry_interval=0.3, timeout=settings.first_word
        ),
        stt_conn_options=APIConnectOptions(
            max_retry=3, retry_interval=0.3, timeout=settings.first_sound
        ),
        tts_conn_options=APIConnectOptions(max_retry=0, timeout=settings.first_sound),
        max_unrecoverable_errors=1_000_000,  # the agents apologise, and give up in their own way
    )


def turns(settings: Settings, detector: inference.TurnDetector | None) -> TurnHandlingOptions:
    """When it is the assistant's turn, and what interrupts it."""
    return {
        "turn_detection": detector,
        "endpointing": {"min_delay": settings.min_pause, "max_delay": settings.max_pause},
        "interruption": {
            "mode": "vad",
            "min_duration": settings.interruption,
            "resume_false_interruption": True,
            "false_interruption_timeout": settings.resume,
        },
        "preemptive_generation": {"enabled": True},
    }
