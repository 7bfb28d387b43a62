"""Who is signed in, as GitHub knows them."""

from pydantic import BaseModel

from tools import profiles
from tools.context import ToolContext
from tools.profiles import UserInfo
from tools.registry import tool
from tools.results import ToolResult, structured


class Arguments(BaseModel):
    pass


@tool(title="Who am I on GitHub", scopes={"read:user"}, read_only=True, open_world=True, output=UserInfo)
async def get_user_info(_arguments: Arguments, context: ToolContext) -> ToolResult:
    """Return the GitHub account of the person who is signed in: login, id, name, avatar, profile and, if granted, e-mail."""
    return structured(await profiles.own(context))
