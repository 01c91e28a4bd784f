"""Which names a bundle may have: a name is a word in tags and a folder on the disk."""

import re

# One word in a PACETAG, whose readers take spaces, ";", "/" and NUL for borders, and one folder
# below WORK/bundles, whose name may have 255 bytes. Stands in larger expressions as well.
NAME_FORM = r"(?u:(?!\.{1,2}(?:\s|\Z))[^\s;/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255})"
NAME_RULE = "a bundle's name is one word of 1 to 255 characters without ; / or \\, such as own-1"

_NAME = re.compile(NAME_FORM)


def is_bundle_name(name: object) -> bool:
    """Whether a bundle may be called that."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
