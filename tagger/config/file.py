"""The file of settings: where it lies, and what of it can be used."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pacetag.tagger.config.environment import variable
from pacetag.tagger.config.kinds import TEXT, Kind
from pacetag.tagger.config.table import (
    BY_KEY,
    FREE_TABLES,
    KEYS_OF,
    PARTS,
    SETTINGS,
    TABLES,
)

FILE_VARIABLE = "PACETAG_CONFIG"  # names another file
FILE_NAME = "config.toml"
MOST = 1 << 20  # bytes
NAME = re.compile(r"[^\W\d][\w-]*")  # of a training, a part or a target


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """What the file says."""

    path: Path | None  # None where there is no home folder to keep it in
    exists: bool = False
    values: dict[str, Any] = field(default_factory=dict)  # by key
    faults: tuple[str, ...] = ()  # a sentence for each thing in it that cannot be used


def config_path() -> Path | None:
    """Return the place of the file: PACETAG_CONFIG, else the user's config folder."""
    if named := variable(FILE_VARIABLE):
        return Path(os.path.expanduser(named)).absolute()  # noqa: PTH111 - Path's own can raise
    from platformdirs import user_config_path  # which `--help` need not wait for

    try:
        folder = user_config_path("pacetag", appauthor=False)
    except RuntimeError:  # which some versions raise where there is no home
        return None
    return folder / FILE_NAME if folder.is_absolute() else None


def read_config() -> ConfigFile:
    """Read the file of settings; nothing is raised for what is wrong in it."""
    path = config_path()
    if path is None:
        return ConfigFile(path=None)
    try:
        status = path.stat()
        version: tuple[int, ...] = (status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:
        if variable(FILE_VARIABLE) is None and not os.path.lexists(path):
            return ConfigFile(path=path)
        version = ()
    return _read(path, version)


@lru_cache(maxsize=1)
def _read(path: Path, _version: tuple[int, ...]) -> ConfigFile:
    """Read the file; commands ask for it several times, and it is read anew if it changed."""
    from pacetag.model.regular import NotRegularError, read_regular

    try:
        content = read_regular(path, most=MOST)
    except NotRegularError as error:
        return _broken(path, f"{path}: the file of settings {_is(error)}")
    import tomllib

    try:
        text = content.decode()
        found = tomllib.loads(text)
    except UnicodeDecodeError:
        return _broken(path, f"{path}: the file of settings is not UTF-8")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _broken(path, f"{path}: the file of settings is not TOML: {error}")
    values: dict[str, Any] = {}
    faults: list[str] = []
    for key, given in _flat(found):
        try:
            values[key] = _value(key, given)
        except ValueError as error:
            line = _line_of(text, key)
            place = f"{path}, line {line}" if line else f"{path}"
            faults.append(f"{place}: {error}")
    return ConfigFile(path=path, exists=True, values=values, faults=tuple(faults))


def _is(error: Exception) -> str:
    return "is missing" if str(error) == "missing" else str(error)


def _broken(path: Path, fault: str) -> ConfigFile:
    return ConfigFile(path=path, exists=os.path.lexists(path), faults=(fault,))


def _flat(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each key of the file, "table.name" for those in the tables that there are."""
    for key, given in found.items():
        if key in (*TABLES, PARTS) and isinstance(given, dict):
            yield from ((f"{key}.{name}", value) for name, value in given.items())
        elif key in KEYS_OF and isinstance(given, dict):
            for name, values in given.items():
                if isinstance(values, dict):
                    yield from ((f"{key}.{name}.{each}", value) for each, value in values.items())
                else:
                    yield f"{key}.{name}", values
        else:
            yield key, given


def _value(key: str, given: Any) -> Any:
    """Return the value of a key as the program takes it. Raises ValueError with a sentence."""
    table, _, name = key.rpartition(".")
    if key in BY_KEY:
        try:
            return BY_KEY[key].kind.from_toml(given)
        except ValueError as error:
            raise ValueError(f"`{key}` {error}") from None
    if key in (*TABLES, *FREE_TABLES):
        raise ValueError(f"`{key}` must be a table: write [{key}] on a line of its own")
    if key.partition(".")[0] in FREE_TABLES:
        return _free_value(key, given)
    if isinstance(given, dict) and not table:
        raise ValueError(f"there is no table [{key}]{_nearest(key, TABLES, '[{}]')}")
    names = [setting.name for setting in SETTINGS if setting.table == table]
    where = f" in [{table}]" if table else ""
    raise ValueError(f"there is no setting `{name}`{where}{_nearest(name, names, '`{}`')}")


def _free_value(key: str, given: Any) -> Any:
    """Return the value of a key in [parts], or in a table such as [training.NAME].

    Raises ValueError.
    """
    table, *names = key.split(".")
    kind: Kind | None = TEXT
    if table in KEYS_OF and len(names) == 1:
        raise ValueError(f"`{key}` must be a table: write [{key}] on a line of its own")
    if not NAME.fullmatch(names[0]) or len(names) > 2 or (table == PARTS and len(names) > 1):
        raise ValueError(f"`{key}`: a name has letters, digits, _ and -, and begins with a letter")
    keys = KEYS_OF.get(table, {})
    if keys:
        kind = keys.get(names[1])
    if kind is None:
        near = _nearest(names[1], keys, "`{}`")
        if near.endswith("lists all"):
            near = f"; there are {', '.join(f'`{each}`' for each in keys)}"
        raise ValueError(f"there is no setting `{names[1]}` in [{table}.{names[0]}]{near}")
    try:
        return kind.from_toml(given)
    except ValueError as error:
        raise ValueError(f"`{key}` {error}") from None


def _nearest(name: str, names: Any, form: str) -> str:
    """Return what may be meant, or what lists all there are."""
    import difflib

    if near := difflib.get_close_matches(name, names, n=1):
        return f"; did you mean {form.format(near[0])}?"
    return "; `pacetag config` lists all"


def _line_of(text: str, key: str) -> int | None:
    """Return the line on which a key or table of a TOML text begins; tomllib does not tell."""
    header = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]")
    assignment = re.compile(r"\s*([\w\"'.\s-]+?)\s*=")
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if begun := header.match(line):
            found = table = _plain(begun[1])
        elif written := assignment.match(line):
            found = ".".join(filter(None, (table, _plain(written[1]))))
        else:
            continue
        if found == key or found.startswith(f"{key}."):
            return number
    return None


def _plain(written: str) -> str:
    return "".join(sign for sign in written if sign not in "\"' \t")
