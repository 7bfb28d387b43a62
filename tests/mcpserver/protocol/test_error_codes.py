"""No code of our own making (MCP 2026-07-28 basic/index, Error Codes)."""

import inspect

from mcpserver.edge import rules
from mcpserver.edge.rules import Refusal
from mcpserver.protocol import errors
from mcpserver.protocol.errors import ProtocolError

JSON_RPC = {-32700, -32600, -32601, -32602, -32603}
OF_MCP = {-32020, -32021, -32022}


def test_every_error_has_a_code_that_the_specification_names() -> None:
    """-32002, and -32042 of 2025-11-25, are told by the revision's table and by no class."""
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, ProtocolError)]
    codes = {each.code for each in classes if isinstance(vars(each).get("code"), int)}
    assert codes == JSON_RPC | OF_MCP


def test_the_wrapper_around_all_has_no_code_of_its_own_either() -> None:
    refusals = [each for _, each in inspect.getmembers(rules) if isinstance(each, Refusal)]
    assert {each.code for each in refusals} <= JSON_RPC
    assert len(refusals) >= 3
