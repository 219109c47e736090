"""Every random number: named streams, each with a key of its own, so that no two share numbers.

A stream is keyed by a seed, a name and, where there are several of one name, their numbers. What
one stream draws never moves what another draws, and neighbouring seeds share nothing: seeds are
never made by addition.
"""

import hashlib

import numpy as np


def _key(seed: int, name: str, *number: int) -> np.random.SeedSequence:
    """The seed sequence of a stream, from all of its key."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4")
    return np.random.SeedSequence(seed, spawn_key=(*words.tolist(), *number))


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
