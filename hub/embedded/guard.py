"""Become another program that dies with its parent (Linux): ``guard.py PARENT_PID PROGRAM ARGS…``.

Run as a script in a fresh interpreter, because code between fork and exec is not safe in a program
with threads. The death signal survives the exec.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent ended before the broker started")  # else nobody would ever end us
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is the point
