"""From modules to a catalog: what each declares is offered, in the order of the modules and of their lines."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from tools.declaration import DeclarationError
from tools.prompts import Prompt
from tools.registry import Catalog, Tool
from tools.resources import Resource


def catalog_of(names: Iterable[str]) -> Catalog:
    """Return the catalog of the tools, resources and prompts that the modules of these names declare.

    Raises:
        DeclarationError: a module declares nothing, or two declare the same name.
    """
    offered = [each for name in names for each in _declared_in(import_module(name))]
    return Catalog(
        [each for each in offered if isinstance(each, Tool)],
        [each for each in offered if isinstance(each, Resource)],
        [each for each in offered if isinstance(each, Prompt)],
    )


def _declared_in(module: ModuleType) -> list[Tool | Resource | Prompt]:
    """Return what a module itself declares: what it imports is another module's to offer."""
    values = [value for value in vars(module).values() if isinstance(value, Tool | Resource | Prompt)]
    declared = [value for value in values if value.function.__module__ == module.__name__]
    if not declared:
        raise DeclarationError(f"{module.__name__} declares no tool, resource or prompt; TOOL_MODULES names it")
    return declared
