"""The transition table: read top to bottom, it is the conversation."""

from __future__ import annotations

from statemachine import lines, triggers
from statemachine.engine.rows import row
from statemachine.engine.table import Table
from statemachine.engine.triggers import declared
from statemachine.guards import (
    agreed,
    in_that_colour,
    in_that_storage,
    issue_open,
    issue_stated,
    model_selected,
    not_going_on,
    not_logged_already,
    not_ordered_yet,
    not_quoted_this_turn,
    not_unsolved,
    plausible_name,
    sold,
    spoken_since_entering,
    spoken_since_logged,
    spoken_since_quoted,
    still_offered,
)
from statemachine.samples import SAMPLES
from statemachine.states import FINAL, INITIAL, OPEN, State
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    CallerWentSilent,
    CallFailed,
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
    LogSupportIssue,
    QuestionPut,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)
from statemachine.updates import (
    carry_wish,
    hear,
    lapse,
    log_issue,
    note_name,
    order,
    resolve,
    say,
    select,
)

GREETING, BUYING, SUPPORT, ENDED = State.GREETING, State.BUYING, State.SUPPORT, State.ENDED
HEARD = (spoken_since_entering,)
LEFT = (*HEARD, not_going_on)

ROWS = (
    # Being put through
    row(ToBuying, (GREETING, SUPPORT), BUYING, when=HEARD, does=carry_wish),
    row(ToSupport, (GREETING, BUYING), SUPPORT, when=HEARD, does=carry_wish),
    # Anywhere
    row(RecordName, OPEN, given=(plausible_name,), does=note_name),
    # Sales
    row(
        SelectModel,
        BUYING,
        given=(sold, in_that_storage, in_that_colour, not_quoted_this_turn),
        does=select,
    ),
    row(
        ConfirmPurchase,
        BUYING,
        when=(model_selected, not_ordered_yet, still_offered, spoken_since_quoted, agreed),
        does=order,
    ),
    row(EndPurchaseCall, BUYING, ENDED, when=LEFT, does=say(lines.FAREWELL_BUYING)),
    # Support
    row(
        LogSupportIssue,
        SUPPORT,
        when=(spoken_since_logged,),
        given=(issue_stated, not_logged_already),
        does=log_issue,
    ),
    row(
        CompleteSupport,
        SUPPORT,
        GREETING,
        when=(issue_open, spoken_since_entering, spoken_since_logged, not_unsolved),
        does=resolve,
    ),
    row(EndSupportCall, SUPPORT, ENDED, when=LEFT, does=say(lines.FAREWELL_SUPPORT)),
    # The front desk
    row(EndCall, GREETING, ENDED, when=LEFT, does=say(lines.FAREWELL)),
    # What happens on the line
    row(CallerSpoke, OPEN, does=hear),
    row(QuestionPut, OPEN, does=lapse),
    row(CallerHungUp, OPEN, ENDED),
    row(CallerWentSilent, OPEN, ENDED, does=say(lines.SILENT_FAREWELL)),
    row(CallFailed, OPEN, ENDED),
)

TABLE = Table(
    ROWS,
    states=tuple(State),
    initial=INITIAL,
    final=FINAL,
    turn=CallerSpoke,
    opening=lines.opening,
    samples=SAMPLES,
    declared=declared(triggers),
    shared=("customer_name", "selected_model", "support_issue", "wish", "orders", "tickets"),
)
