"""Imported first, and only, by the process that every call's process is forked from.

A supervisor may send SIGTERM to all processes of a worker (systemd does, unless told otherwise).
The worker itself then drains and the calls' processes go on; this one has to stay as well, since
with it they would all be taken for dead. It ends by itself once the worker has ended.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
