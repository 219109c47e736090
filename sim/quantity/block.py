"""A block of a scenario file: its values, those that were drawn for each world in place of what is
uncertain, and what follows from them.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Self,
    TypeVar,
    overload,
)

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from sim.characters import quoted
from sim.uncertainty import LARGEST, Distribution, Floats

Worlds = NDArray[np.intp]
"""Positions of worlds in the arrays of a model."""


T = TypeVar("T")


class derived(Generic[T]):  # noqa: N801  a decorator
    """A quantity that follows from the parameters of a block alone.

    An array with more axes than that of the worlds has it as its last, of length 1 where worlds do
    not differ.
    It is computed once for all of a block's parameter sets, and read off for some of its worlds.
    """

    def __init__(self, formula: Callable[[Any], T]) -> None:
        """The formula, a method of the block."""
        self._formula = formula
        self.__doc__ = formula.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """The name under which the block has it."""
        self._name = name

    @overload
    def __get__(self, block: None, owner: type) -> Self: ...
    @overload
    def __get__(self, block: "Parameters", owner: type) -> T: ...
    def __get__(self, block: "Parameters | None", owner: type) -> Self | T:
        """Its value, kept by the block."""
        if block is None:
            return self
        private = _private(block)
        whole = private.get("_whole")
        value: T = (
            self._formula(block)
            if whole is None or private["_updated"]
            else _at(getattr(whole, self._name), private["_worlds"])
        )
        block.__dict__[self._name] = value
        return value


class Parameters(BaseModel):
    """A block of a scenario file.

    Frozen; unknown keys, wrong types and values out of range are errors.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        ignored_types=(derived,),
    )
    guide: ClassVar[str] = ""
    """What a reader of a file needs beside the meaning of each value."""
    _varying: tuple[str, ...] = PrivateAttr(default=())
    _whole: Any = PrivateAttr(default=None)
    _worlds: Any = PrivateAttr(default=None)
    _updated: bool = PrivateAttr(default=False)
    _fixed: dict[str, Any] | None = PrivateAttr(default=None)
    _read: list[str] = PrivateAttr(default_factory=list)
    _table: Floats | None = PrivateAttr(default=None)

    @field_validator("*", mode="after")
    @classmethod
    def _within_range(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[str(info.field_name)].json_schema_extra
        bounds: dict[str, Any] = extra if isinstance(extra, dict) else {}
        low, high = bounds.get("minimum", -math.inf), bounds.get("maximum", math.inf)
        match value:
            case Distribution():
                (least, most), reach = value.support, "{shown} reaches from {least:g} to {most:g}"
                shown = quoted(value)
                low, high = max(low, -LARGEST), min(high, LARGEST)
            case int() | float():
                (least, most), reach = (value, value), "{shown} is not"
                shown = f"{value:g}" if abs(value) <= LARGEST else quoted(value)
            case _:
                return value
        if not low <= least <= most <= high:
            allowed = " and ".join(
                [f"at least {low:g}"] * (low > -math.inf)
                + [f"at most {high:g}"] * (high < math.inf)
            )
            raise PydanticCustomError(
                "range",
                "must be {allowed}; {reach}",
                {"allowed": allowed, "reach": reach.format(shown=shown, least=least, most=most)},
            )
        return value

    def fields(self, prefix: str = "") -> Iterator[tuple[str, Any, FieldInfo]]:
        """Every value of the block and of the blocks inside it, with its dotted key and its field.

        Members of a list go by their names.
        """
        for name, field in type(self).model_fields.items():
            value, key = getattr(self, name), prefix + name
            match value:
                case Parameters():
                    yield from value.fields(f"{key}.")
                case (Parameters(), *_):
                    for member in value:
                        yield from member.fields(f"{key}.{getattr(member, 'name', '')}.")
                case _:
                    yield key, value, field

    def leaves(self) -> Iterator[tuple[str, Any]]:
        """The same without the fields."""
        return ((key, value) for key, value, _ in self.fields())

    def uncertain(self) -> dict[str, Distribution]:
        """The values that are distributions, by dotted key."""
        return {key: value for key, value in self.leaves() if isinstance(value, Distribution)}

    def drawn(self, values: Mapping[str, Floats], prefix: str = "") -> Self:
        """The same block with `values`, one entry a world, in place of the distributions of those
        dotted keys.
        """
        update: dict[str, Any] = {}
        for name in type(self).model_fields:
            value, key = getattr(self, name), prefix + name
            if key in values:
                update[name] = values[key]
            elif isinstance(value, Parameters):
                update[name] = value.drawn(values, f"{key}.")
            elif isinstance(value, tuple) and value and isinstance(value[0], Parameters):
                update[name] = tuple(
                    member.drawn(values, f"{key}.{getattr(member, 'name', '')}.")
                    for member in value
                )
        copy = self.model_copy(update=update)
        copy._varying = tuple(name for name, value in update.items() if _varies(value))  # noqa: SLF001  its own class
        return copy

    def at(self, worlds: Worlds) -> Self:
        """The same block for some of its worlds only.

        Numbers that were read before for some worlds are read off at once, as one by one they take
        longer, and all else when it is first used. Itself where nothing differs.
        """
        private = _private(self)
        varying = private["_varying"]
        if not varying:
            return self
        values = self._alike(private) | self._numbers_at(worlds, private)
        copy = object.__new__(type(self))  # as model_copy does, without the values not needed yet
        set_attribute = object.__setattr__
        set_attribute(copy, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        set_attribute(copy, "__pydantic_extra__", self.__pydantic_extra__)
        set_attribute(
            copy,
            "__pydantic_private__",
            {
                "_varying": varying,
                "_whole": self,
                "_worlds": worlds,
                "_updated": False,
                "_fixed": None,
                "_read": [],
                "_table": None,
            },
        )
        set_attribute(copy, "__dict__", values)
        return copy

    def _alike(self, private: dict[str, Any]) -> dict[str, Any]:
        """The values that are the same in all worlds."""
        alike: dict[str, Any] | None = private["_fixed"]
        if alike is None:
            alike = private["_fixed"] = {
                name: self.__dict__[name]
                for name in type(self).model_fields
                if name not in private["_varying"]
            }
        return alike

    def _numbers_at(self, worlds: Worlds, private: dict[str, Any]) -> dict[str, Floats]:
        """The numbers that were read before for some worlds, for these."""
        read, table = private["_read"], private["_table"]
        if not read:
            return {}
        if table is None or len(table) < len(read):
            table = private["_table"] = np.stack([getattr(self, name) for name in read])
        return dict(zip(read, table.take(worlds, axis=1), strict=True))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same block with other values of some fields, without what is derived from them."""
        copy = super().model_copy(update=update, deep=deep)
        fields = type(self).model_fields
        for name in [name for name in copy.__dict__ if name not in fields]:
            del copy.__dict__[name]
        private = _private(copy)
        private |= {"_updated": bool(update), "_fixed": None, "_read": [], "_table": None}
        return copy

    if not TYPE_CHECKING:  # or every name would pass for an attribute

        def __getattr__(self, name: str) -> Any:
            """A value of some worlds, read off those of all when it is first used."""
            private = _private(self)
            if not private or name not in private.get("_varying", ()):
                return super().__getattr__(name)
            whole = private["_whole"]
            value, read = getattr(whole, name), _private(whole)["_read"]
            if isinstance(value, np.ndarray) and name not in read:
                read.append(name)
            value = self.__dict__[name] = _at(value, private["_worlds"])
            return value


def _private(block: Parameters) -> dict[str, Any]:
    """The private attributes of a block, without the detour that reading them by name takes."""
    return object.__getattribute__(block, "__pydantic_private__") or {}


def _varies(value: Any) -> bool:
    match value:
        case Parameters():
            return bool(value._varying)  # noqa: SLF001  its own class
        case tuple():
            return any(_varies(member) for member in value)
    return isinstance(value, np.ndarray)


def _at(value: Any, worlds: Worlds) -> Any:
    if isinstance(value, np.ndarray):
        everywhere = value.ndim > 1 and value.shape[-1] == 1
        return value if everywhere else value.take(worlds, axis=-1)
    if isinstance(value, tuple):
        return tuple(_at(member, worlds) for member in value)
    return value.at(worlds) if isinstance(value, Parameters) else value
