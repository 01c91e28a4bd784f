"""List the songs of stores and manifests as a stream, so that millions need no memory."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from pacetag.db.urls import is_url
from pacetag.tagger.catalogue.songs import CatalogueSong
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES
from pacetag.tagger.workers.stores import etag_of, in_words, store_of

MANIFEST = ".parquet"
URLS = ("url", "path")  # columns of a manifest that name the song, the first that is there
HASHES = ("etag", "sha256", "md5", "hash")  # and its content
ROWS = 4096  # of a manifest that are read at once
_S3_KEYS = {"Key": "name", "Size": "size", "ETag": "ETag", "LastModified": "LastModified"}


def count_listed(places: Iterable[str]) -> int | None:
    """How many songs the places name, where all of them are manifests; else None."""
    total = 0
    for place in places:
        if not place.endswith(MANIFEST):
            return None
        with _manifest(place) as file:
            total += file.metadata.num_rows
    return total


def listed(places: Iterable[str], ignored: Ignored) -> Iterator[CatalogueSong]:
    """Yield the songs that manifests name, or that lie below URLs, one place after the other.

    Raises TaggerError for a place that cannot be read.
    """
    for place in places:
        songs = _named_in(place) if place.endswith(MANIFEST) else _lying_at(place)
        yield from (song for song in songs if not _is_ignored(song.url, ignored))


def _is_ignored(url: str, ignored: Ignored) -> bool:
    place = Path(url.partition("://")[2])
    return not ignored.none and any(each in ignored for each in (place, *place.parents))


def _named_in(manifest: str) -> Iterator[CatalogueSong]:
    """The songs of a Parquet file with a column `url` or `path`."""
    with _manifest(manifest) as file:
        names = file.schema_arrow.names
        column = next((name for name in URLS if name in names), None)
        if column is None:
            raise UsageError(
                f"{manifest}: has neither a column `url` nor `path`, but {', '.join(names)}"
            )
        content = next((name for name in HASHES if name in names), None)
        kept = _kept_schema(file.schema_arrow)
        own = {column, content, "size"}
        types = {field.name: field.type for field in kept if field.name not in own}
        try:
            for row in _rows(file, kept):
                if row[column] is None:
                    continue
                yield CatalogueSong(
                    url=_url_of(str(row[column]), manifest),
                    size=row.get("size") if isinstance(row.get("size"), int) else None,
                    etag=None if content is None or row[content] is None else str(row[content]),
                    more={name: row[name] for name in types},
                    types=types,
                )
        except Exception as error:  # of Arrow, or of the store that holds it
            raise TaggerError(
                f"{manifest}: the manifest cannot be read to its end ({_why(error)}); the songs "
                "before that were looked at"
            ) from error


def _rows(file: Any, schema: Any) -> Iterator[dict[str, Any]]:
    """The rows of an open Parquet file, with values of Python for this schema."""
    import pyarrow as pa

    for batch in file.iter_batches(batch_size=ROWS):
        yield from pa.Table.from_batches([batch]).cast(schema, safe=False).to_pylist()


def _kept_schema(schema: Any) -> Any:
    """The schema with types whose values Python has: no nanoseconds, and no dictionaries."""
    import pyarrow as pa

    def kept(kind: Any) -> Any:
        if pa.types.is_dictionary(kind):
            return kept(kind.value_type)
        if pa.types.is_timestamp(kind):
            return pa.timestamp("us", kind.tz)
        if pa.types.is_duration(kind):
            return pa.duration("us")
        return pa.time64("us") if pa.types.is_time64(kind) else kind

    return pa.schema([field.with_type(kept(field.type)) for field in schema])


def _url_of(named: str, manifest: str) -> str:
    """A URL as it is; the URL of a path, which is relative to the manifest's folder."""
    if is_url(named):
        return named
    if is_url(manifest):
        return f"{manifest.rpartition('/')[0]}/{named}"
    return f"file://{_own(manifest).parent / named}"


def _own(manifest: str) -> Path:
    """The path of a manifest on this machine."""
    return Path(manifest).expanduser().absolute()


def _manifest(place: str) -> Any:
    """An open Parquet file, as a context. Raises TaggerError."""
    import fsspec
    from pyarrow import parquet

    try:
        with in_words():
            source = fsspec.open(place, "rb").open() if is_url(place) else _own(place)
            return parquet.ParquetFile(source)
    except Exception as error:  # of Arrow, or of the store that holds it
        raise TaggerError(f"{place}: the manifest cannot be read ({_why(error)})") from error


def _lying_at(place: str) -> Iterator[CatalogueSong]:
    """The songs at or below a URL."""
    some, refused = False, list[str]()
    try:
        with in_words():
            store, root = store_of(place, use_listings_cache=False)
            for details in _files(store, root, refused):
                some = True
                if _is_named_as_song(details["name"]):
                    yield CatalogueSong(
                        url=store.unstrip_protocol(details["name"]),
                        size=details.get("size"),
                        etag=etag_of(details),
                    )
    except Exception as error:  # botocore, aiohttp and others have errors of their own
        raise TaggerError(f"{place}: its songs cannot be listed ({_why(error)})") from error
    if refused:
        raise TaggerError(
            f"{place}: {len(refused)} of its folders cannot be listed, the first is {refused[0]}; "
            "the songs of the others were looked at"
        )
    if not some:
        raise TaggerError(f"{place}: there is nothing; name a folder of songs, or a song")


def _is_named_as_song(name: str) -> bool:
    place = PurePosixPath(name)
    return place.suffix[1:].lower() in AUDIO_SUFFIXES and not place.name.startswith(".")


def _files(store: Any, root: str, refused: list[str]) -> Iterator[Mapping[str, Any]]:
    """What the store says of each file at or below a place; one folder at a time.

    Folders below it that cannot be listed are added to `refused`, each with the reason.
    """
    if hasattr(store, "call_s3"):  # a bucket may hold millions without any folder
        yield from _objects(store, root)
    elif _is_named_as_song(root) and store.isfile(root):  # a folder of the web is a file, too
        yield store.info(root)
    else:
        yield from _tree(store, root, refused)


def _tree(store: Any, root: str, refused: list[str]) -> Iterator[Mapping[str, Any]]:
    """The same of a store with folders. Its own walk would not say what it cannot list."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            found = sorted(store.ls(folder, detail=True), key=lambda details: details["name"])
        except FileNotFoundError:  # it went meanwhile
            continue
        except Exception as error:
            if folder == root:
                raise
            refused.append(f"{folder} ({_why(error)})")
            continue
        below = [each["name"] for each in found if each["type"] == "directory"]
        yield from (details for details in found if details["type"] != "directory")
        folders.extend(name for name in reversed(below) if name.rstrip("/") != folder.rstrip("/"))


def _objects(store: Any, root: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a bucket, a thousand at a time."""
    bucket, _, prefix = root.partition("/")
    more: dict[str, Any] = {}
    below = f"{prefix.rstrip('/')}/" if prefix else ""
    if prefix and store.isfile(root):
        yield store.info(root)
    while True:
        page = store.call_s3("list_objects_v2", Bucket=bucket, Prefix=below, **more)
        for found in page.get("Contents", ()):
            details = {name: found[key] for key, name in _S3_KEYS.items() if key in found}
            yield {**details, "name": f"{bucket}/{found['Key']}"}
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": page["NextContinuationToken"]}


def _why(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error)
    return " ".join(text.split()) or type(error).__name__
