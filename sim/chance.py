"""Every random number: named streams, each with a key of its own, so that no two share numbers.

A stream is keyed by a seed, a name and, where there are several of one name, their numbers. What
one stream draws never moves what another draws, and neighbouring seeds share nothing: seeds are
never made by addition.
"""

import hashlib
from functools import cache

import numpy as np

_POOL = 4
"""Words to which NumPy fills up a seed before a spawn key."""


def _key(seed: int, name: str, *number: int) -> np.random.SeedSequence:
    """The seed sequence of a stream, from all of its key: that of the seed with the name and the
    numbers as its spawn key, whose words NumPy would put together one by one, which takes longer.
    """
    of_seed = _words(seed)
    words = [*of_seed, *(0,) * (_POOL - len(of_seed)), *_words_of(name)]
    for component in number:
        words += _words(component)
    return np.random.SeedSequence(np.array(words, dtype=np.uint32))


@cache
def _words_of(name: str) -> tuple[int, ...]:
    """What a name is in a key: its digest, in words of 32 bits."""
    return tuple(np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4").tolist())


def _words(number: int) -> list[int]:
    """A number in words of 32 bits, the lowest first."""
    words: list[int] = []
    rest = int(number)
    while rest or not words:
        words.append(rest & 0xFFFFFFFF)
        rest >>= 32
    return words


def generator(seed: int, name: str, *number: int) -> np.random.Generator:
    """The generator of one stream. Same key, same numbers, on any machine.

    Examples
    --------
    >>> first, again = generator(2025, "resamples"), generator(2025, "resamples")
    >>> bool(first.random() == again.random())
    True

    """
    return np.random.Generator(np.random.SFC64(_key(seed, name, *number)))


def stream_seed(seed: int, name: str, *number: int, bits: int = 63) -> int:
    """A seed from a stream, for what takes an integer of so many bits, as scenarios and SALib do.

    Examples
    --------
    >>> stream_seed(1, "fresh histories") == stream_seed(2, "fresh histories")
    False

    """
    (word,) = _key(seed, name, *number).generate_state(1, np.uint64)
    return int(word) >> (64 - bits)
