"""Takes that tests make up, as the Groove MIDI Dataset is laid out."""

from collections.abc import Sequence
from pathlib import Path

from pacetag.model.training.drummers.takes import Take, load_takes
from tests.model.training.midi_files import metre, midi_bytes, note, tempo

COLUMNS = (
    "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,"
    "duration,split"
)
TICKS = 480
KICK, SNARE, RIDE, CLOSED_EDGE = 36, 38, 51, 22


def straight_beat(bars: int, key: int = CLOSED_EDGE) -> list[tuple[float, int]]:
    """Rock: even eighths on the hi-hat."""
    return swung_beat(bars, 0.5, key)


def swung_beat(bars: int, offbeat: float, key: int = CLOSED_EDGE) -> list[tuple[float, int]]:
    """A backbeat whose hi-hat also plays `offbeat` in each beat."""
    hits = []
    for beat in range(4 * bars):
        hits += [(float(beat), key), (beat + offbeat, key), (float(beat), (KICK, SNARE)[beat % 2])]
    return hits


class MadeSet:
    """A data set of made-up takes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: list[str] = []

    def add(
        self,
        hits: Sequence[tuple[float, int]],
        *,
        drummer: str = "drummer7",
        style: str = "rock",
        bpm: float = 120.0,
        kind: str = "beat",
        signature: str = "4-4",
        written: bool = True,
    ) -> None:
        """Add a take of hits (beat, key); without `written` there is only its line."""
        number = len(self._rows) + 1
        name = f"{drummer}/session1/{number}_{style}_{bpm:g}_{kind}_{signature}.mid"
        events = [(round(beat * TICKS), note(channel=9, key=key)) for beat, key in hits]
        head = [(0, tempo(bpm)), (0, metre(4, 4))]
        if written:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                midi_bytes([*head, *sorted(events, key=lambda e: e[0])], division=TICKS)
            )
        seconds = max(beat for beat, _ in hits) * 60 / bpm
        self._rows.append(
            f"{drummer},{drummer}/session1,{drummer}/session1/{number},{style},{bpm:g},{kind},"
            f"{signature},{name},,{seconds},train"
        )
        (self.folder / "info.csv").write_text("\n".join([COLUMNS, *self._rows]) + "\n")

    def takes(self) -> tuple[Take, ...]:
        """Read it back."""
        return load_takes(self.folder)
