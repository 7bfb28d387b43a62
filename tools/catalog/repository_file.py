"""A file of a repository as a resource."""

import mimetypes
from collections.abc import Mapping

from tools import repositories, repository_files, sets, suggestions
from tools.context import ToolContext
from tools.github import errors
from tools.repositories import NotPublic
from tools.resources import Contents, NotFound, resource
from tools.results import ToolError

# A client takes a resource into a conversation whole; read_repository_file gives longer ones in parts.
MAX_BYTES = 200_000


@resource(
    "github://repo/{owner}/{repo}/{+path}",
    title="File of a GitHub repository",
    scopes={"read:user"},
    set=sets.REPOSITORIES,
    timeout_seconds=repositories.TIMEOUT_SECONDS,
)
async def repository_file(owner: str, repo: str, path: str, context: ToolContext) -> list[Contents]:
    """A file of a GitHub repository, from its default branch. Private ones need the permission repo."""
    try:
        await repositories.check_visible(owner, repo, context)
        file = await repository_files.read(owner, repo, path, ref="", context=context)
    except (errors.NotFound, errors.BadName, NotPublic):
        raise NotFound from None
    if len(file.data) > MAX_BYTES:
        raise ToolError(f"This file has more than {MAX_BYTES} bytes. Read it in parts with read_repository_file.")
    guessed = mimetypes.guess_type(path)[0] or ""
    if file.text is None:
        return [Contents(file.data, mime_type=guessed or "application/octet-stream")]
    # Markup stays plain text: a client must not show a stranger's page or drawing as one.
    return [Contents(file.text, mime_type="text/markdown" if guessed == "text/markdown" else "text/plain")]


@repository_file.complete("owner")
async def _owner(value: str, _chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return await suggestions.owners(value, context)


@repository_file.complete("repo")
async def _repository(value: str, chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return await suggestions.repositories(value, chosen.get("owner", ""), context)


@repository_file.complete("path")
async def _path(value: str, chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return await suggestions.file_paths(value, chosen.get("owner", ""), chosen.get("repo", ""), context)
