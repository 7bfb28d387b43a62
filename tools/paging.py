"""Pages of a list, as tools take and give them."""

from typing import Any

from pydantic import BaseModel, Field

SSO_NOTE = (
    "Some entries are left out: their organization asks for its single sign-on. "
    "Open the organization's page at GitHub, sign in there, then try again."
)


class Paged(BaseModel):
    """Which page this is, and where the list goes on."""

    page: int
    has_more: bool = Field(description="Whether there is another page")
    next_page: int = Field(
        default=0, exclude_if=lambda value: not value, description="The page to ask for next, if there is one"
    )
    note: str = Field(default="", exclude_if=lambda value: not value, description="What is left out, and how to get it")


def place(page: int, *, has_more: bool, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of ``Paged``; empty notes are left out."""
    note = " ".join(each for each in notes if each)
    return {"page": page, "has_more": has_more, "next_page": page + 1 if has_more else 0, "note": note}
