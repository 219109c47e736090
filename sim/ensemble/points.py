"""The store of points: what studies counted in histories, kept so that none is simulated twice.

A point is one scenario with some of its values moved, on all of its histories or on a block of
them. Studies simulate hundreds, and take a few numbers of each history: a point keeps those numbers
and not the run. A run folder has some hundred columns; one number of ten thousand histories takes
80 kB, and a yes or no, compressed, about 2 kB. From numbers of single histories every estimate can
be made anew, whatever limit or level is asked for, with the parameter sets that the seed gives.

Each point is a file of its own under the hash of what determines it: the scenario with its seed and
size, the values moved, what is counted, the histories, and the code of the model. Files are written
whole and never changed, so that any number of processes can share them, and a study that was killed
goes on. All of them can be deleted at any time: they are then simulated again.
"""

import hashlib
import io
import logging
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.ensemble.manifest import model_code
from sim.ensemble.seal import content, write_whole, writing
from sim.errors import DamagedError
from sim.scenario.schema import digest
from sim.uncertainty import Floats

FOLDER = "points"
"""The folder of all points beside the run folders."""
_HEX = 64
_HEADER, _MOST_NUMBERS = 10_000, 1000
"""Bytes before the numbers of a point at most, and numbers of one history."""
_log = logging.getLogger("ceasefire")


@dataclass(frozen=True)
class Points:
    """What was counted and has in common what `about` stands for.

    Nothing is kept where there is no folder.
    """

    folder: Path | None
    about: str

    @classmethod
    def in_folder(cls, out: Path | None, determines: Mapping[str, Any]) -> "Points":
        """The points in a folder of results that these plain data determine, and this model."""
        if out is None:
            return cls(None, "")
        return cls(out / FOLDER, digest({"model": model_code(), **determines}))

    def read(self, which: Mapping[str, Any], *shape: int | None) -> Floats | None:
        """What was counted at the point that these plain data tell from the others, numbers of a
        shape of which None stands for any size.

        None if it is to be simulated; what is damaged, or of another shape, is named.
        """
        if self.folder is None:
            return None
        key = self._key(which)
        path = _path(self.folder, key)
        try:
            data = content(path)
        except OSError:
            return None
        except DamagedError as wrong:
            _log.warning("%s, and is computed again", wrong.what)
            return None
        whole = data[:_HEX] == _hashed(key, data[_HEX:])
        numbers = _unpacked(data[_HEX:], shape) if whole else None
        if numbers is None:
            _log.warning("%s, and is computed again", DamagedError(path).what)
        return numbers

    def write(self, which: Mapping[str, Any], numbers: Floats) -> None:
        """Keep what was counted at a point, whole or not at all.

        Raises RunError if it cannot be written.
        """
        if self.folder is None:
            return
        key, plain = self._key(which), io.BytesIO()
        np.save(plain, np.ascontiguousarray(numbers), allow_pickle=False)
        packed = zlib.compress(plain.getvalue())
        path = _path(self.folder, key)
        with writing(self.folder, "choose another folder", "what was finished is kept"):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, lambda file: file.write_bytes(_hashed(key, packed) + packed))

    def _key(self, which: Mapping[str, Any]) -> str:
        return digest({"about": self.about, **which})


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / f"{key}.point"


def _unpacked(packed: bytes, shape: tuple[int | None, ...]) -> Floats | None:
    """The numbers of a point; None for anything but numbers of this shape."""
    most = _HEADER + 8 * math.prod(_MOST_NUMBERS if size is None else size for size in shape)
    try:
        plain = zlib.decompressobj().decompress(packed, most)
        numbers = np.load(io.BytesIO(plain), allow_pickle=False)
    except (zlib.error, ValueError, EOFError, MemoryError):
        return None
    fits = isinstance(numbers, np.ndarray) and len(numbers.shape) == len(shape)
    if not fits or numbers.dtype.kind not in "fbiu":
        return None
    same = all(size in (None, own) for size, own in zip(shape, numbers.shape, strict=True))
    return numbers if same else None


def _hashed(key: str, packed: bytes) -> bytes:
    """The hash that stands before a point: of its contents and of what determines them."""
    return hashlib.sha256(key.encode() + packed).hexdigest().encode()
