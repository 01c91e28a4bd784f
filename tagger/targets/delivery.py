"""Bring a playlist to a target: the one call for a command."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.playlist.formats import format_of, is_ours
from pacetag.tagger.playlist.tracks import Listing
from pacetag.tagger.targets.folder import folder_of, free_bytes, held_folder
from pacetag.tagger.targets.hashing import file_hash
from pacetag.tagger.targets.items import Items, as_copied, items_of
from pacetag.tagger.targets.manifest import Entry, Manifest, is_as_put, read_manifest
from pacetag.tagger.targets.planning import PLAYLIST, Plan, plan_for
from pacetag.tagger.targets.target import Target
from pacetag.tagger.targets.transfer import Tell, Transfer


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What was done on a target, or would be done."""

    target: Target
    folder: Path
    plan: Plan
    dry_run: bool
    copied: Sequence[str] = ()  # names of files
    failed: Sequence[tuple[str, str]] = ()  # paths of songs or files, and why
    stopped: bool = False  # a stop was requested before the end


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a playlist is brought to a target."""

    target: Target
    jobs: int  # processes that encode
    stop: Stop
    dry_run: bool = False
    overwrite: bool = False  # also a playlist file that is not pacetag's

    def bring(self, listing: Listing, tell: Tell = lambda name: None) -> Delivered:
        """Copy what is not there, and return what was done. Raises TaggerError."""
        folder = folder_of(self.target)
        with held_folder(folder):
            manifest = read_manifest(folder)
            items = items_of(listing.tracks, self.target)
            plan = plan_for(items.each, self.target, manifest, _names(folder))
            _check_room(folder, plan)
            found = Delivered(
                target=self.target,
                folder=folder,
                plan=plan,
                dry_run=self.dry_run,
                failed=items.missing,
            )
            return found if self.dry_run else self._carry_out(found, manifest, listing, items, tell)

    def _carry_out(
        self, found: Delivered, manifest: Manifest, listing: Listing, items: Items, tell: Tell
    ) -> Delivered:
        work = Transfer(
            plan=found.plan, manifest=manifest, stop=self.stop, jobs=self.jobs, tell=tell
        )
        work.run()
        failed = [*found.failed, *work.failed]
        if self.target.playlist is not None and not self.stop.requested:
            try:
                _write_playlist(self, manifest, found.plan, listing, items)
            except TaggerError as error:
                failed.append((str(found.folder / self.target.playlist), str(error)))
        return replace(found, copied=work.done, failed=failed, stopped=self.stop.requested)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError as error:
        raise TaggerError(f"{folder}: cannot be listed ({error.strerror or error})") from error


def _check_room(folder: Path, plan: Plan) -> None:
    free = free_bytes(folder)
    if free is not None and plan.put and plan.room > free:
        raise TaggerError(
            f"{folder}: there is too little room: {plan.room >> 20} MiB are needed, "
            f"{max(0, free) >> 20} are free; nothing is copied. Make room, ask for less, or set "
            "max_size"
        )


def _write_playlist(
    of: Delivery, manifest: Manifest, plan: Plan, listing: Listing, items: Items
) -> None:
    """Write the playlist of the files that are there, unless it is there already."""
    name, folder = of.target.playlist or "", manifest.folder
    place, there = folder / name, {entry.source for entry in manifest.entries.values()}
    tracks = tuple(
        as_copied(track, item, folder / plan.names[item.source])
        for track, item in zip(listing.tracks, items.of_tracks, strict=True)
        if item is not None and item.source in plan.names and item.source in there
    )
    content = format_of(place).text(replace(listing, tracks=tracks), folder, None).encode()
    entry = manifest.entries.get(name)
    if entry is None or not is_as_put(place, entry, surely=True) or place.read_bytes() != content:
        output = OutputFile(
            named=place,
            option=f"`playlist` in [target.{of.target.name}]",
            noun="playlist",
            is_ours=is_ours,
            overwrite=of.overwrite,
        )
        output.write(content)
    _note(manifest, place)


def _note(manifest: Manifest, place: Path) -> None:
    status = place.stat()
    entry = Entry(
        source=PLAYLIST,
        origin=PLAYLIST,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        hash=file_hash(place),
    )
    if manifest.entries.get(place.name) != entry:
        manifest.entries[place.name] = entry
        manifest.save()
