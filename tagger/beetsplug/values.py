"""Values of the plug-in's fields: how beets stores, shows, sorts and queries them."""

from collections.abc import Iterable

from beets.dbcore.db import Model
from beets.dbcore.query import NumericQuery
from beets.dbcore.types import BaseFloat, Type


class Paces(tuple[float, ...]):
    """The paces of a song in steps a minute, the most confident first; printed as 160/80.

    No list, since beets joins lists of texts only; tuples sort by their first numbers.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "/".join(f"{pace:g}" for pace in self)


def paces_of(values: Iterable[str]) -> Paces:
    """The paces in the values of PACE; none where one of them is no pace."""
    from pacetag.tagger.tags.ownership import read_paces  # 0.1 s that most commands do not need

    found = read_paces(tuple(values)) or ()
    return Paces(int(pace) if pace.is_integer() else pace for pace in found)


class NumbersQuery(NumericQuery):
    """Holds where any number of a field is the one asked for, or lies in the range."""

    def match(self, obj: Model) -> bool:
        """Whether it holds for the item; never for one without such a number."""
        value = obj.get(self.field_name)
        if value is None:
            return False
        return any(map(self._holds, value if isinstance(value, tuple) else (value,)))

    def _holds(self, number: float) -> bool:
        if self.point is not None:
            return bool(number == self.point)
        above = self.rangemin is None or number >= self.rangemin
        return above and (self.rangemax is None or number <= self.rangemax)


class PacesType(Type[Paces, Paces]):
    """Stored and printed as 160/80; a song without paces has an empty value."""

    query = NumbersQuery
    model_type = Paces

    def parse(self, string: str) -> Paces:
        """The paces of "160/80"; none where that is no list of paces."""
        return paces_of([string])

    def to_sql(self, model_value: Paces) -> str:
        """The text that the library stores."""
        return str(model_value)


class ShareType(BaseFloat[None]):
    """A number from 0 to 1 with two decimals, or none."""

    query = NumbersQuery

    @property
    def null(self) -> None:
        """The value for a song whose number is not known."""
        return None

    def format(self, value: float | None) -> str:
        """The number, or nothing."""
        return "" if value is None else f"{value:.2f}"
