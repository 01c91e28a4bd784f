"""Stores by their URLs: which one it is, what it says of a content, and what its errors mean."""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def store_of(url: str, **options: Any) -> tuple[Any, str]:
    """The store of a URL, and the place there, as fsspec has them.

    "::" chains URLs in fsspec; where no URL follows, it belongs to a name.
    """
    import fsspec

    protocol, _, place = url.partition("://")
    if "::" in place and "://" not in place:
        kind = fsspec.get_filesystem_class(protocol)
        return kind(**kind._get_kwargs_from_urls(url), **options), kind._strip_protocol(url)
    found: tuple[Any, str] = fsspec.core.url_to_fs(url, **options)
    return found


def etag_of(details: Mapping[str, Any]) -> str | None:
    """What a store says to tell one content from another: an ETag, or else a time of change."""
    for key in ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "mtime", "created"):
        if details.get(key) is not None:
            return str(details[key]).strip('"')
    return None


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what a store's library raises into an OSError. Each of them has errors of its own."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.strerror is None:
            number = errno.ENOENT if isinstance(error, FileNotFoundError) else errno.EIO
            raise OSError(number, sentence(error)) from error
        raise
    except ImportError as error:
        raise OSError(errno.EIO, f"{error} on each machine that judges") from error


@contextmanager
def as_system_errors() -> Iterator[None]:
    """Turn an error of a store's library, where it is none of the system's, into an OSError."""
    try:
        yield
    except (OSError, ImportError):
        raise
    except Exception as error:  # botocore, aiohttp and others have errors of their own
        raise OSError(errno.EIO, sentence(error)) from error


def sentence(error: Exception) -> str:
    """What an error of a store's library says, in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return os.strerror(errno.ENOENT)
    return text or type(error).__name__
