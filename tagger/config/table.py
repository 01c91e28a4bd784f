"""The settings, one row each: a new one is a row here and a line in docs/configuration.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pacetag.tagger.config.kinds import (
    FILE,
    MAPS,
    PACES,
    PATH,
    PATHS,
    PATTERNS,
    PLACE,
    SIZE,
    SWITCH,
    TEXT,
    TOLERANCE,
    Kind,
    choice,
    number,
    whole,
)

BUNDLE_VARIABLE = "PACETAG_BUNDLE"
SHARE_VARIABLE = "PACETAG_SHARE"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Something that a person sets once."""

    key: str  # in the file; "playlist.tolerance" is `tolerance` in the table [playlist]
    kind: Kind
    variable: str | None = None  # of the environment
    option: str | None = None  # of the command line
    default: Any = None  # in the form that `kind` gives; None: as `sentence` says
    sentence: str
    fills: bool = True  # its value takes the place of an option that was not typed

    @property
    def table(self) -> str:
        """The table of the file that it stands in; "" for the top of the file."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its key within that table."""
        return self.key.rpartition(".")[2]

    def is_of(self, command: str, option: str) -> bool:
        """Whether it stands for an option of a command; one in a table is that command's alone."""
        return self.fills and option == self.option and self.table in ("", command)


def _row(key: str, kind: Kind, sentence: str, **more: Any) -> Setting:
    return Setting(key=key, kind=kind, sentence=sentence, **more)


SETTINGS = (
    _row(
        "index",
        PATH,
        "The index; else index.sqlite3 in your data folder. Journals lie beside it.",
        variable="PACETAG_INDEX",
        option="--index",
        fills=False,
    ),
    _row(
        "bundle",
        PATH,
        "The folder of a network that you trained; else the shipped network judges.",
        variable=BUNDLE_VARIABLE,
    ),
    _row(
        "share",
        PATH,
        "The folder with sound fonts and MMA's library for `train`; else /usr/share.",
        variable=SHARE_VARIABLE,
    ),
    _row(
        "log-file",
        PATH,
        "The file that every command appends its log to; else none is kept.",
        variable="PACETAG_LOG_FILE",
        option="--log-file",
        fills=False,
    ),
    _row(
        "log-json",
        SWITCH,
        "Whether that file holds JSON, one object a line.",
        option="--log-json",
        default=False,
        fills=False,
    ),
    _row(
        "log-size",
        number(0.001),
        "Megabytes of that file before it is put aside, as FILE.1.",
        default=10.0,
    ),
    _row(
        "log-count",
        whole(0),
        "How many such files are kept; 0 empties the file instead.",
        default=5,
    ),
    _row(
        "jobs",
        whole(1),
        "Worker processes; else one for each processor.",
        variable="PACETAG_JOBS",
        option="--jobs",
    ),
    _row(
        "nice",
        SWITCH,
        "Whether scans let all other programs go first.",
        variable="PACETAG_NICE",
        option="--nice",
        default=False,
    ),
    _row(
        "tags",
        SWITCH,
        "Whether scans write tags; false fills the index alone.",
        variable="PACETAG_TAGS",
        option="--no-tags",
        default=True,
    ),
    _row(
        "bpm",
        choice("never", "if-missing", "overwrite"),
        "Whether scans write the BPM field, too; else never, or if-missing with `bpm-range`.",
        variable="PACETAG_BPM",
        option="--bpm",
    ),
    _row(
        "bpm-range",
        PACES,
        "Where a pace must lie to be written into BPM; alone it fills BPM where there is none.",
        variable="PACETAG_BPM_RANGE",
        option="--bpm-range",
    ),
    _row(
        "quodlibet",
        SWITCH,
        "Whether scans write the paces of MP3 once more, where Quod Libet reads them.",
        variable="PACETAG_QUODLIBET",
        option="--quodlibet",
        default=False,
    ),
    _row(
        "pace-values",
        choice("keep", "separate", "joined"),
        "How several paces stand in PACE: as they do, one by one, or as one value, 160/80.",
        variable="PACETAG_PACE_VALUES",
        option="--pace-values",
        default="keep",
    ),
    _row(
        "ignore",
        PATTERNS,
        "Files and folders that scans pass over.",
        option="--ignore",
    ),
    _row(
        "playlist.tolerance",
        TOLERANCE,
        "How far a pace may be off the cadence.",
        option="--tolerance",
        default="0.04",
    ),
    _row(
        "playlist.min-confidence",
        number(0, 1),
        "How sure a pace must be.",
        option="--min-confidence",
        default=0.5,
    ),
    _row(
        "playlist.rest",
        whole(0),
        "Songs of so many playlists before are left out; 0 takes them.",
        option="--rest",
        default=3,
    ),
    _row(
        "playlist.absolute",
        SWITCH,
        "Whether playlists name songs by absolute paths.",
        option="--absolute",
        default=False,
        fills=False,
    ),
    _row(
        "playlist.relative-to",
        PATH,
        "The folder that paths in playlists are relative to; else the playlist's own.",
        option="--relative-to",
        fills=False,
    ),
    _row(
        "playlist.root-map",
        MAPS,
        "Folders as the player sees them; else as this machine does.",
        option="--root-map",
        fills=False,
    ),
    _row(
        "playlist.player",
        choice("mpv", "vlc", "mpd"),
        "What `--play` plays with; else the first of them that there is.",
        option="--player",
    ),
    _row(
        "watch.roots",
        PATHS,
        "The folders that `watch` and the service keep up with where none is named.",
    ),
    _row(
        "watch.settle",
        number(0.1),
        "Seconds of silence before a folder is scanned.",
        option="--settle",
        default=5.0,
    ),
    _row(
        "watch.sweep",
        number(0.01),
        "Minutes between looks at everything.",
        option="--sweep",
        default=15.0,
    ),
    _row(
        "watch.polite",
        SWITCH,
        "Whether to wait on battery, and while other programs keep the machine busy.",
        option="--polite",
        default=False,
    ),
)
# Tables whose names people choose: [training.NAME] and [target.NAME] with these keys, [parts] with
# texts.
TRAINING, TARGET, PARTS = "training", "target", "parts"
KEYS_OF: Mapping[str, Mapping[str, Kind]] = {
    TRAINING: {"plan": TEXT, "query": TEXT, "tolerance": TOLERANCE, "target": PLACE},
    TARGET: {
        "path": PATH,
        "format": choice("keep", "mp3", "opus", "m4a", "flac"),
        "max_size": SIZE,
        "clean": SWITCH,
        "numbered": SWITCH,
        "playlist": FILE,
        "stretch": TOLERANCE,
    },
}
FREE_TABLES = (*KEYS_OF, PARTS)
BY_KEY = {setting.key: setting for setting in SETTINGS}
TABLES = tuple(dict.fromkeys(setting.table for setting in SETTINGS if setting.table))
