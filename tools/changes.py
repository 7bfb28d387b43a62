"""What changed, for whoever tells the clients. A function that changes something sends these; ``mcpserver`` listens.

Sent inside a transaction, they are told when it is committed.
"""

from django.dispatch import Signal

# What is on offer has changed for everybody.
tools_changed = Signal()
prompts_changed = Signal()
resources_changed = Signal()
# One resource reads differently now: ``uri`` (str), ``github_id`` (int, whose it is; None for everybody who may read it).
resource_updated = Signal()
# The operator decided something about tools (``tools.models``). Sent in the transaction that decides it.
policy_changed = Signal()
# Calls were written to the record: ``calls``, a list of ``ToolCall`` or ``call_record.CallRecord`` with their keys. Sent in
# the transaction that writes them.
calls_recorded = Signal()
# A tool looks to clients otherwise than before: ``change``, a ``drift.Change``. Sent in the transaction that records it.
definition_changed = Signal()
