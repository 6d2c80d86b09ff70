"""How long everything may take that workers do so that no call is lost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in seconds; the same for all workers of one database."""

    lease: float = 1.5
    """For how long a call is held. Of 100 workers that were killed none was taken for dead while
    both cores were busy; with 3 s the next sound comes 1.5 s later."""
    heartbeat: float = 0.4
    """Between two renewals of a lease."""
    look: float = 0.1
    """Between two looks at a worker's own processes."""
    poll: float = 0.2
    """Between two looks for calls without a worker, a fifth more or less: with all workers in step
    they would only race each other."""
    starting: float = 6.0
    """That a process may take to be on the line of a call which it was given."""
    beginning: float = 12.0
    """That a worker holds a call for a process of its own which is to be on the line of it: with
    both cores busy one takes longer than usual, and a second one would take longer still."""
    busy: float = 0.8
    """That a worker which is full, or has no process to spare, leaves a call to the others."""
    loading: float = 4.0
    """After which a process is taken to be loaded."""
    rejoin: float = 18.0
    """That a call waits for a caller who was cut off; LiveKit keeps their room for 20."""
    soundless: float = 10.0
    """That somebody whose sound is published is waited for, while others are in the room."""
    slow: float = 4.0
    """That a call of a process of ours which lives is left to it although its lease is over: the
    machine is busy, and a further process would make it more so."""
    farewell: float = 15.0
    """That a worker which is to stop may take to end a call that nobody took up."""

    @property
    def hanging(self) -> float:
        """That a process may not say for that it lives: then it is ended."""
        return self.lease + self.slow


USUAL = Timing()
"""What holds wherever a test doesn't shorten it."""
