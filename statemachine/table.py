"""The transition table: read top to bottom, it is the conversation."""

from __future__ import annotations

from statemachine import lines, triggers
from statemachine.asking import (
    call_back,
    cancel,
    decline,
    find_order,
    lapse,
    note_number,
    show_number,
)
from statemachine.engine.rows import row
from statemachine.engine.table import Table
from statemachine.engine.triggers import declared
from statemachine.guards import (
    agreed,
    beside_phones,
    contact_asked,
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
    number_welcome,
    order_meant,
    order_proved,
    order_to_cancel,
    plausible_name,
    plausible_number,
    sold,
    somebody_in,
    spoken_since_entering,
    spoken_since_logged,
    spoken_since_quoted,
    still_offered,
)
from statemachine.samples import SAMPLES
from statemachine.states import DESKS, FINAL, INITIAL, OPEN, SPOKEN, State
from statemachine.triggers import (
    CallerHungUp,
    CallerPutOn,
    CallerSpoke,
    CallerWentSilent,
    CallFailed,
    CancelOrder,
    CompleteSupport,
    ConfirmPurchase,
    DeclineContact,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
    FindOrder,
    KeyPressed,
    LogSupportIssue,
    NobodyAnswered,
    NumberShown,
    PersonAnswered,
    PersonDeclined,
    PersonLeft,
    PersonNotReached,
    QuestionPut,
    RecordName,
    RecordNumber,
    RequestCallback,
    SelectModel,
    StopWaiting,
    ToBuying,
    ToPerson,
    ToSupport,
)
from statemachine.updates import (
    ask_person,
    called_back,
    carry_wish,
    hear,
    log_issue,
    meet,
    note_name,
    order,
    press,
    promise,
    resolve,
    say,
    select,
)

GREETING, BUYING, SUPPORT, ENDED = State.GREETING, State.BUYING, State.SUPPORT, State.ENDED
WAITING, WITH_PERSON = State.WAITING, State.WITH_PERSON
HEARD = (spoken_since_entering,)
LEFT = (*HEARD, not_going_on)
NAMED = (*HEARD, beside_phones)

ROWS = (
    # Being put through
    row(ToBuying, (GREETING, SUPPORT, WAITING), BUYING, when=HEARD, does=carry_wish),
    row(ToSupport, (GREETING, BUYING, WAITING), SUPPORT, when=HEARD, does=carry_wish),
    # A person: asked for, waited for, talked to
    row(ToPerson, DESKS, WAITING, when=NAMED, given=(somebody_in,), does=ask_person),
    row(ToPerson, DESKS, when=NAMED, does=promise),
    row(StopWaiting, WAITING, GREETING, when=HEARD, does=say(lines.STOPPED_WAITING)),
    row(PersonAnswered, WAITING, WITH_PERSON, does=meet),
    row(PersonDeclined, WAITING, GREETING, does=called_back(lines.PERSON_DECLINED)),
    row(NobodyAnswered, WAITING, GREETING, does=called_back(lines.NOBODY_ANSWERED)),
    row(PersonNotReached, WAITING, GREETING, does=called_back(lines.PERSON_NOT_REACHED)),
    row(PersonLeft, WITH_PERSON, GREETING, does=say(lines.PERSON_LEFT)),
    row(CallerPutOn, WAITING, ENDED),
    # Anywhere
    row(RecordName, SPOKEN, given=(plausible_name,), does=note_name),
    row(RecordNumber, SPOKEN, when=(number_welcome,), given=(plausible_number,), does=note_number),
    row(DeclineContact, DESKS, when=(contact_asked,), does=decline),
    row(RequestCallback, DESKS, when=(beside_phones,), does=call_back),
    row(FindOrder, DESKS, when=(order_meant,), given=(order_proved,), does=find_order),
    row(CancelOrder, DESKS, when=(order_to_cancel, agreed), does=cancel),
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
    row(EndCall, (GREETING, WAITING), ENDED, when=LEFT, does=say(lines.FAREWELL)),
    # What happens on the line
    row(CallerSpoke, SPOKEN, does=hear),
    row(KeyPressed, SPOKEN, does=press),
    row(NumberShown, OPEN, does=show_number),
    row(QuestionPut, SPOKEN, does=lapse),
    row(CallerHungUp, OPEN, ENDED),
    row(CallerWentSilent, DESKS, ENDED, does=say(lines.SILENT_FAREWELL)),
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
    shared=(
        "customer_name",
        "callback_number",
        "selected_model",
        "support_issue",
        "wish",
        "orders",
        "tickets",
    ),
)
