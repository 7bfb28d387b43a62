"""``make conformance``: the official MCP conformance suite against this server, each run in a mode of the suite.

    python -m tests.conformance NODE SUITE

A mode yields one outcome a run; the gate is the same for all: nothing failed, nothing warned, nothing skipped, nothing missing.
"""
