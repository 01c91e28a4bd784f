"""The plug-in as beets loads it: fields, queries, the command `pacetag`, and import."""

import optparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from beets import config, plugins, ui
from beets.dbcore.types import DEFAULT, STRING
from beets.library import Album, Item, Library
from beetsplug.pacetag.command import scan
from beetsplug.pacetag.scrubbing import guard_scrub
from beetsplug.pacetag.tags import FIELDS, ReadOnlyField, read_again
from beetsplug.pacetag.values import PacesType, ShareType
from mediafile import MediaFile

from pacetag.db.records import counting_paces
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.pacetag import PaceTag, parse_pacetag
from pacetag.tagger.text.formatting import songs

_SCAN = "`beet pacetag --scan` has them judged"


@dataclass(kw_only=True)
class _Tally:
    """Songs that were read again."""

    read: int = 0
    changed: int = 0
    silent: int = 0  # that have no PACETAG


class PacetagPlugin(plugins.BeetsPlugin):
    """Reads the paces of songs, and leaves the files to pacetag."""

    def __init__(self) -> None:
        super().__init__(name="pacetag")
        self.config.add({"scan": False})
        self.item_types = {
            "pace": PacesType(),
            "pacetag": STRING,
            "pace_confidence": ShareType(),
            "pace_intensity": ShareType(),
            "pace_opinion": DEFAULT,
        }
        self.template_fields = {
            "pace_confidence": _of_note(_confidence),
            "pace_intensity": _of_note(lambda note: note.analysis.intensity),
            "pace_opinion": _of_note(lambda note: note.opinion),
        }
        for name in FIELDS:
            self._add_field(name)
        self._imported: list[int] = []  # ids of items
        self.register_listener("pluginload", self._guard)
        self.register_listener("after_write", self._after_write)
        self.register_listener("album_imported", self._album_imported)
        self.register_listener("item_imported", self._item_imported)
        self.register_listener("import", self._after_import)

    def commands(self) -> list[ui.Subcommand]:
        """Return the command `pacetag`."""
        command = ui.Subcommand("pacetag", help="read paces that pacetag wrote into songs")
        command.parser.add_option(
            "-s",
            "--scan",
            action="store_true",
            help="have pacetag judge and tag the songs before",
        )
        command.func = self._command
        return [command]

    def _add_field(self, name: str) -> None:
        if isinstance(vars(MediaFile).get(name), ReadOnlyField):  # of an earlier instance
            Item._media_fields.add(name)
        else:
            self.add_media_field(name, ReadOnlyField(name))

    def _guard(self) -> None:
        guard_scrub(plugins.find_plugins(), self._log.warning)

    def _command(self, lib: Library, opts: optparse.Values, args: Sequence[str]) -> None:
        items = list(lib.items(args))
        if opts.scan:
            self._scan(items)
        tally = self._read(items)
        self._log.info("{} read, {} changed", songs(tally.read), tally.changed)
        if not opts.scan:
            self._say_silent(tally.silent)
        if tally.changed:
            _write_smart_playlists(lib)

    def _scan(self, items: Iterable[Item]) -> None:
        there = [item for item in items if item.filepath.exists()]
        if there and not scan(str(item.filepath) for item in there):
            self._log.warning("pacetag could not judge or tag all songs")

    def _read(self, items: Iterable[Item], *, show: bool = True) -> _Tally:
        """Read items again, and store those that changed."""
        tally = _Tally()
        for item in items:
            before = _held(item)
            try:
                must_be_stored = read_again(item)
            except TagError as error:
                self._log.error("{}", error)
                continue
            differs = _held(item) != before
            if differs and show:
                ui.show_model_changes(item, fields=("pace",))
            if must_be_stored:
                item.store()
            tally.read += 1
            tally.changed += differs
            tally.silent += not item["pacetag"]
        return tally

    def _after_write(self, item: Item, path: bytes) -> None:
        """Have the library say what the file has, where it was modified or is out of date."""
        if path == item.path:
            self._read_quietly(item)

    def _read_quietly(self, item: Item) -> bool:
        try:
            return read_again(item)
        except TagError as error:
            self._log.debug("{}", error)
            return False

    def _album_imported(self, lib: Library, album: Album) -> None:
        for item in album.items():
            self._item_imported(lib, item)

    def _item_imported(self, lib: Library, item: Item) -> None:
        """Read what the file has: beets keeps the fields of an item that is imported again."""
        if self._read_quietly(item):
            item.store()
        if item.id is not None:
            self._imported.append(item.id)

    def _after_import(self, lib: Library, paths: Sequence[bytes]) -> None:
        found, self._imported = [lib.get_item(number) for number in self._imported], []
        items = [item for item in found if item is not None]
        if self.config["scan"].get(bool) and items:
            if ui.should_write():
                self._scan(items)
                if self._read(items, show=False).changed:
                    _write_smart_playlists(lib)
                return
            self._log.warning("import.write is off, so pacetag did not judge the songs")
        self._say_silent(sum(not item.get("pacetag") for item in items))

    def _say_silent(self, count: int) -> None:
        if count:
            self._log.info("{} without PACETAG: {}", songs(count), _SCAN)


def _held(item: Item) -> list[object]:
    """What the library has of the fields; None where it has nothing or an empty value."""
    return [item.get(name) or None for name in FIELDS]


def _write_smart_playlists(lib: Library) -> None:
    """Run `splupdate` of the plug-in smartplaylist, if that is in use and set to `auto`.

    By itself it writes lists that a changed song fits, never those that it fits no longer, and in
    beets 2.14 none at all.
    """
    for command in plugins.commands():
        if command.name == "splupdate" and config["smartplaylist"]["auto"].get(bool):
            options, _ = command.parser.parse_args([])
            command.func(lib, options, [])


def _of_note(fact: Callable[[PaceTag], object]) -> Callable[[Item], object]:
    """Return a function that finds a fact in an item's PACETAG; None without one."""

    def of(item: Item) -> object:
        note = parse_pacetag(item.get("pacetag"))
        return None if note is None else fact(note)

    return of


def _confidence(note: PaceTag) -> float | None:
    paces = counting_paces(note.analysis.paces, note.listener)
    return paces[0].confidence if paces else None
