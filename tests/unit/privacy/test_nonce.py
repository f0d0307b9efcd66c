"""Nonces never repeat."""

from __future__ import annotations

import subprocess
import sys
from itertools import count

from hub.privacy.nonce import NonceSource
from tests.unit.privacy.material import foreseeable


def test_nonces_count_up_behind_a_random_part() -> None:
    """12 bytes: 8 drawn once, 4 that count."""
    source = NonceSource(foreseeable())
    first, second = source(), source()
    assert (len(first), first[:8]) == (12, second[:8])
    assert (first[8:], second[8:]) == (b"\0\0\0\0", b"\0\0\0\1")
    assert NonceSource(foreseeable("other"))()[:8] != first[:8]


def test_a_used_up_count_draws_a_new_random_part() -> None:
    """After 2^32 nonces the source starts again elsewhere instead of repeating itself."""
    source = NonceSource(foreseeable())
    first = source()
    source._drawn = (*source._drawn[:2], count((1 << 32) - 1))
    last, fresh = source(), source()
    assert last == first[:8] + b"\xff\xff\xff\xff"
    assert fresh[:8] != first[:8]
    assert fresh[8:] == b"\0\0\0\0"


FORK = """
import os
from hub.privacy.nonce import NonceSource
source = NonceSource()
before = source()
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.write(writer, source())
    os._exit(0)
os.waitpid(child, 0)
print(before[:8].hex(), source()[:8].hex(), os.read(reader, 12)[:8].hex())
"""


def test_a_forked_child_draws_its_own() -> None:
    """Parent and child share the memory of a fork; they must not share a nonce."""
    run = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True)
    before, parent, child = run.stdout.split()
    assert before == parent != child
