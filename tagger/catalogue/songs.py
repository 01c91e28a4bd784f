"""A song of a catalogue, and what is recorded of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from pacetag.model.judgement import Analysis
from pacetag.tagger.workers.judging import AnalysisError, WorkerReply


class State(IntEnum):
    """What is recorded of a song; the Parquet files hold the numbers."""

    JUDGED = 0
    FAILED = 1  # for a reason of its own: not tried again by itself
    AGAIN = 2  # for a reason of the store or the system: the next scan tries again


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueSong:
    """A song as a listing or a manifest names it."""

    url: str
    size: int | None = None  # bytes
    etag: str | None = None  # tells one content at this URL from another
    more: Mapping[str, Any] = field(default_factory=dict)  # further columns of its manifest
    types: Mapping[str, Any] = field(default_factory=dict)  # Arrow's types of these columns

    @property
    def key(self) -> bytes:
        """16 bytes by which records know the song."""
        return hashlib.blake2b(self.url.encode("utf-8", "surrogateescape"), digest_size=16).digest()

    @property
    def version(self) -> int | None:
        """A number of 63 bits for the content, as far as the listing tells it from another."""
        return version_of(self.etag, self.size)


def version_of(etag: str | None, size: int | None) -> int | None:
    """A number of 63 bits for a content; None where nothing is known of it."""
    if etag is None and size is None:
        return None
    digest = hashlib.blake2b(f"{etag or ''} {size}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the records say of a song, as much as decides whether to judge it again."""

    state: State
    version: int | None
    network: bool  # the network that judged it is the scan's


@dataclass(frozen=True, kw_only=True)
class SongResult:
    """A song after it was judged: one row of the records."""

    song: CatalogueSong
    bundle: str
    reply: WorkerReply

    @property
    def analysis(self) -> Analysis | None:
        """The analysis; None where it failed."""
        return self.reply.result if isinstance(self.reply.result, Analysis) else None

    @property
    def error(self) -> AnalysisError | None:
        """Why it failed; None where it did not."""
        return self.reply.result if isinstance(self.reply.result, AnalysisError) else None

    @property
    def state(self) -> State:
        """How it is recorded."""
        if self.error is None:
            return State.JUDGED
        return State.AGAIN if self.error.system_fault else State.FAILED

    @property
    def etag(self) -> str | None:
        """Of the content that was judged: it may have changed since it was listed."""
        fetched = self.reply.fetched
        read = fetched.etag if fetched is not None else None
        return read if self.song.etag is None or read is not None else self.song.etag

    @property
    def size(self) -> int | None:
        """Bytes of the content that was judged."""
        return self.reply.fetched.size if self.reply.fetched is not None else self.song.size

    @property
    def version(self) -> int | None:
        """Of the content that was judged, in the terms of the listing that named it."""
        etag = self.etag if self.song.etag is not None else None
        size = self.size if self.song.size is not None else None
        return version_of(etag, size)
