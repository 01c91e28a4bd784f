"""The plug-in for beets, installed as `beetsplug.pacetag`: paces of songs as fields of items.

Nothing of pacetag imports it, since beets is needed for that.
"""

from beetsplug.pacetag.plugin import PacetagPlugin

__all__ = ["PacetagPlugin"]
