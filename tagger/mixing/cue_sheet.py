"""A cue sheet beside a mix, for players that know no chapters."""

import hashlib
from pathlib import Path

from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.mixing.mix_file import OPTION
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.mixing.tagging import VARIOUS, chapters_of
from pacetag.tagger.playlist.tracks import MADE

FRAMES = 75  # a second
_OPENS, _CLOSES = f'REM COMMENT "{MADE}', '"\n'
_KINDS = {".mp3": "MP3"}  # players take WAVE for everything else


def cue_file(mix: Path, *, overwrite: bool, inputs: tuple[Path, ...] = ()) -> OutputFile:
    """The place for the cue sheet of a mix."""
    return OutputFile(
        named=mix.with_suffix(".cue"),
        option=OPTION,
        noun="cue sheet",
        is_ours=is_ours,
        overwrite=overwrite,
        inputs=inputs,
    )


def cue_text(plan: MixPlan, mix: Path, title: str) -> str:
    """Return the cue sheet of a mix, as UTF-8 text."""
    kind = _KINDS.get(mix.suffix.lower(), "WAVE")
    lines = [
        f'PERFORMER "{VARIOUS}"',
        f'TITLE "{_safe(title)}"',
        f'FILE "{_safe(mix.name)}" {kind}',
    ]
    for number, (song, chapter) in enumerate(zip(plan.songs, chapters_of(plan), strict=True), 1):
        minutes, frames = divmod(round(chapter.begins * FRAMES), 60 * FRAMES)
        lines += [
            f"  TRACK {number:02} AUDIO",
            f'    TITLE "{_safe(song.record.title or Path(song.record.path).stem)}"',
            f'    PERFORMER "{_safe(song.record.artist or VARIOUS)}"',
            f"    INDEX 01 {minutes:02}:{frames // FRAMES:02}:{frames % FRAMES:02}",
        ]
    body = "".join(f"{line}\n" for line in lines)
    return f"{_OPENS}{_hash(body.encode())}{_CLOSES}{body}"


def is_ours(content: bytes) -> bool:
    """Whether content is a cue sheet that pacetag wrote and nothing has changed since."""
    head, closes, body = content.partition(_CLOSES.encode())
    return bool(closes) and head == f"{_OPENS}{_hash(body)}".encode()


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _safe(text: str) -> str:
    """Text that can stand between double quotes, for which the format has no other sign."""
    plain = text.encode("utf-8", "replace").decode("utf-8").replace('"', "'")
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())
