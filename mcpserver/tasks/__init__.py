"""Calls that go on after their answer (extension ``io.modelcontextprotocol/tasks``): their rows, and the work behind them.

The row decides: each change of status is one conditional ``UPDATE``, and a final status never changes. The work runs in the
process that took the call, which renews a lease on the row; when the lease lapses, that process is gone, and the task failed.
"""
