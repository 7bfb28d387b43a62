"""Completions for owners, repositories and paths: only what this session may see, and nothing where GitHub says no."""

from collections.abc import Sequence

from tools.context import ToolContext
from tools.github import GitHubError
from tools.github.models import Repository
from tools.repositories import PRIVATE_SCOPE, NotPublic, check_visible

# A person is typing, and waits.
MAX_PAGES = 3


async def owners(value: str, context: ToolContext) -> list[str]:
    """Return the owners of repositories that the person works with, the person first."""
    known = [context.person.login, *(each.full_name.partition("/")[0] for each in await _known(context))]
    return _beginning_with(value, known)


async def repositories(value: str, owner: str, context: ToolContext) -> list[str]:
    """Return the names of an owner's repositories that the person works with; of everybody's while there is no owner."""
    split = [each.full_name.partition("/") for each in await _known(context)]
    return _beginning_with(value, [name for login, _, name in split if owner.lower() in ("", login.lower())])


async def file_paths(value: str, owner: str, name: str, context: ToolContext) -> list[str]:
    """Return what is in the directory that ``value`` is in; directories end in a slash, so that typing goes on."""
    directory = value.rpartition("/")[0]
    try:
        await check_visible(owner, name, context)
        found = await context.github.contents(owner, name, directory, ref="")
    except (GitHubError, NotPublic):
        return []
    entries = found if isinstance(found, list) else []
    return _beginning_with(value, [f"{each.path}/" if each.type == "dir" else each.path for each in entries])


async def _known(context: ToolContext) -> list[Repository]:
    """Return what the person works with, most recently pushed first, as far as the pages go that are looked at."""
    may_see_private = PRIVATE_SCOPE in context.scopes
    found: list[Repository] = []
    for number in range(1, MAX_PAGES + 1):
        try:
            page = await context.github.repositories(
                limit=100,
                page=number,
                visibility="all" if may_see_private else "public",
                affiliation=("owner", "collaborator", "organization_member"),
            )
        except GitHubError:
            break
        found += [each for each in page.items if may_see_private or each.is_public]
        if not page.has_more:
            break
    return found


def _beginning_with(value: str, known: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each for each in known if each.lower().startswith(value.lower())))
