"""One call in a terminal, by voice or in text, or from a pipe, with its workings in view."""

from __future__ import annotations

import asyncio
import logging
import sys
import uuid
from pathlib import Path

from assistant import telemetry
from assistant.agents.entering import Handover
from assistant.agents.userdata import UserData
from assistant.call import report
from assistant.call.call import Call
from assistant.console import devices
from assistant.console.screen import ReadLine, Screen, keep_quiet, piped, show, typed
from assistant.console.text_call import TextCall
from assistant.console.voice_call import Devices, hanging_up, speak
from assistant.providers import build as providers
from assistant.providers.offline.engines import OfflineVoiceError
from assistant.records import Fenced, RecordError, Store, UnknownCall
from assistant.records.sql.opening import open_at_start
from assistant.session.session import CallSession
from assistant.settings import Console, Settings, SettingsError
from assistant.shop import shop
from assistant.shop.wording import prompts
from assistant.shop.wording.known import known, told
from assistant.shop.wording.prompts import Prompts
from statemachine.engine.journal.course import Course
from statemachine.engine.journal.refusals import in_words
from statemachine.engine.journal.replay import ReplayError
from statemachine.offers import Offer
from statemachine.states import FINAL, SPOKEN
from statemachine.table import TABLE
from statemachine.triggers import CallFailed

log = logging.getLogger("assistant.console")

PATIENCE = 3.0
"""Seconds that an ended call's last entries may take to be written."""
HELP = """  /state   where the call stands and what is established
  /why     why the last refused trigger was refused
  /help    this
  /press   press keys: /press 1, /press 2125550123#
  /quit    hang up
  Anything else is said to the assistant."""


async def talk(settings: Settings, options: Console) -> bool:
    """Hold one call and write its report, however it ends; whether it could be written.

    Raises:
        MendableError: it cannot start.
    """
    screen = Screen(sys.stdout.isatty() and not options.no_color)
    keep_quiet(screen, options.log)
    served = shop.load(settings.shop)
    words, models, problems = served.words, served.catalogue, served.knowledge
    by_hand = sys.stdin.isatty()
    read_line = typed(screen, options.state) if by_hand else piped()
    if not providers.thinks_online(settings):
        _say_what_is_unused(screen, words, options)
    elif options.customize:
        asked = await _customized(words, screen, read_line if by_hand else None)
        if asked is None:
            screen.note("No call was held.")
            return True
        words = asked

    telemetry.export()
    store = await open_at_start(settings.database_url)
    call: Call | None = None
    reported = True
    try:
        used = _spoken(screen, settings, options, by_hand)
        call = await _begun(options.call, models.offers, store)
        screen.note(f"Call {call.id}. Should it break off: CALL={call.id} make console")
        data = UserData(
            call,
            words,
            models,
            problems,
            settings,
            about=served.about,
            handover=Handover(resumed=bool(options.call)),
        )
        if used:
            with hanging_up() as hung_up, devices.off_screen(options.log):
                await speak(screen, data, used, hung_up)
        else:
            await _write(screen, data, read_line, echo=not by_hand)
        if not call.fenced:
            screen.note(f"\nThe call went {' -> '.join(call.path)}, ended by {call.ended_by}.")
    finally:
        if call is not None:
            await call.write_up(PATIENCE)
            if options.report:
                reported = await _reported(screen, call, store, options.report)
        await store.close()
        await asyncio.to_thread(telemetry.flush)
    return reported


async def _reported(screen: Screen, call: Call, store: Store, where: Path) -> bool:
    """Write the call's report, unless it is somebody else's or has been forgotten meanwhile."""
    try:
        await store.renew(call.id, 0.0)
    except Fenced:
        screen.trouble(
            f"No report was written: call {call.id} was taken up or forgotten elsewhere."
        )
        return False
    except RecordError:  # the records were away for all of the call: the report is what there is
        pass
    try:
        report.write(call, where)
    except OSError as error:
        screen.trouble(
            f"The report could not be written to {where} ({error.strerror}): "
            f"`make replay CALL={call.id}` tells the call."
        )
        return False
    return True


async def _begun(asked: str, offers: tuple[Offer, ...], store: Store) -> Call:
    """A new call, or the one asked for where it was cut off.

    Raises:
        RecordError: that one can't be gone on with, in a sentence that says what to do.
    """
    if not asked:
        return await Call.begin(f"console-{uuid.uuid4().hex[:12]}", offers, store)
    try:
        if Course(TABLE, (await store.read(asked)).journal).path[-1] == FINAL.value:
            raise RecordError(f"Call {asked} has ended: `make replay CALL={asked}` tells it.")
        return await Call.resume(asked, store)
    except UnknownCall:
        raise RecordError(f"There is no call {asked}: `make calls` lists them.") from None
    except ReplayError as error:
        raise RecordError(f"Call {asked} can't be gone on with: {error}") from None


async def _write(screen: Screen, data: UserData, read_line: ReadLine, *, echo: bool) -> None:
    """Hold a call in text, until it ends or the lines do."""
    call = data.call
    parts = providers.build(data.settings, data.catalogue, data.knowledge, data.about)
    line = CallSession(data, parts)
    text = TextCall(line)
    for reason in parts.reasons:
        screen.note(reason)
    screen.note("A text call: type what the caller says, /help for more.\n")
    show(screen, call, line, data.prompts, echo=echo)
    try:
        await text.start()
        await _converse(text, screen, read_line)
    except Exception:
        log.exception("The call broke off: a fault of the assistant's own; --log FILE keeps it.")
        await call.fire(CallFailed())
    finally:
        await text.hang_up()
        await parts.llm.aclose()


def _spoken(screen: Screen, settings: Settings, options: Console, by_hand: bool) -> Devices | None:
    """Microphone and loudspeaker of a spoken call, or none if it is held in text; says why, then.

    Raises:
        SettingsError: voice was asked for, and something is missing.
    """
    if options.mode == "text":
        return None
    if options.mode == "auto" and not by_hand:
        screen.note("The lines come from a pipe, so this is a text call.")
        return None
    try:
        with devices.off_screen(options.log):
            used = devices.found(options.microphone, options.loudspeaker)
        providers.check_speech(settings)
        return used
    except (devices.SoundError, OfflineVoiceError) as error:
        lacking = str(error).rstrip(".")
        if options.mode == "voice":
            raise SettingsError(f"MODE=voice needs sound: {lacking}.") from None
        screen.note(f"A call by voice isn't possible here: {lacking}. So this is a text call.")
    return None


async def _converse(text: TextCall, screen: Screen, read_line: ReadLine) -> None:
    call = text.line.data.call
    while not text.ended:
        said = await read_line()
        if said is None or said.strip() == "/quit":
            return
        if call.fenced:
            screen.trouble("This call has been taken up elsewhere; it goes on there.")
            return
        words = said.strip()
        if words == "/help":
            screen.note(HELP)
        elif words == "/state":
            screen.note(told(known(call.state, call.facts)))
        elif words == "/why":
            refused = [entry for entry in call.journal if not entry.accepted]
            screen.note(
                " ".join(in_words(refused[-1], TABLE)) if refused else "Nothing was refused so far."
            )
        elif words.startswith("/press "):
            await text.press("".join(words.split()[1:]))
        elif words.startswith("/"):
            screen.note(f"There is no {words.split()[0]}.\n{HELP}")
        elif words:
            await text.say(words)


def _say_what_is_unused(screen: Screen, words: Prompts, options: Console) -> None:
    """The embedded brain has its own ways: instructions are for a real model."""
    own = words.instructions != prompts.load().instructions
    unused = ["the shop's own instructions"] * own + ["CUSTOMIZE"] * options.customize
    if unused:
        screen.note(
            f"The embedded brain takes no instructions, so {' and '.join(unused)} will do nothing "
            "in this call: set OPENAI_API_KEY for a model that does."
        )


async def _customized(words: Prompts, screen: Screen, read_line: ReadLine | None) -> Prompts | None:
    """Ask for each agent's instructions; Enter keeps what is there, /quit is no call at all."""
    if read_line is None:
        screen.note("CUSTOMIZE=1 needs a terminal to ask in; the instructions stay as they are.")
        return words
    for state in SPOKEN:
        screen.note(f"\n{state.agent} is told:\n{words.instructions_for(state)}\n")
        screen.note(f"New instructions for {state.agent}, in one line; Enter keeps them.")
        given = await read_line()
        if given is None:
            break
        if given.strip() == "/quit":
            return None
        if given.strip():
            try:
                words = prompts.with_instructions(words, {state.value: given}, "typed")
            except prompts.PromptError as error:
                screen.trouble(f"Kept as they are: {error}")
    return words
