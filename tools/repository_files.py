"""One file of a repository: its bytes, or the reason why there are none."""

import base64
import binascii
from dataclasses import dataclass

from tools.context import ToolContext
from tools.github import errors
from tools.github.models import Entry
from tools.results import ToolError

# GitHub gives no content for larger ones.
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file at GitHub, whole. ``text`` is None for what is no text in UTF-8."""

    entry: Entry
    data: bytes

    @property
    def text(self) -> str | None:
        """Return the content as text, if it is that."""
        if b"\x00" in self.data:
            return None
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None


async def read(owner: str, name: str, path: str, *, ref: str, context: ToolContext) -> File:
    """Return a file, from the default branch if ``ref`` is ``""``. Whether the session may see it was checked before.

    Raises:
        ToolError: it is a directory, a submodule, or larger than ``MAX_BYTES``.
        GitHubError: GitHub did not give it.
    """
    found = await context.github.contents(owner, name, path, ref=ref)
    if isinstance(found, list):
        raise ToolError("This path is a directory. List it with list_repository_files.")
    if found.type != "file":
        raise ToolError(f"This path is a {'link' if found.type == 'symlink' else 'submodule'}, not a file.")
    if found.size > MAX_BYTES or found.encoding != "base64" or found.content is None:
        raise ToolError(f"This file is too large: it has {found.size} bytes, and at most {MAX_BYTES} can be read.")
    try:
        return File(found, base64.b64decode(found.content.replace("\n", ""), validate=True))
    except (binascii.Error, ValueError):
        raise errors.Unexpected from None
