"""The chain of audit events: what makes it show when one was changed, removed or put in afterwards.

Events are written by ``oauth_bridge.audit`` in the transaction of what they tell of, and know nothing of the chain. Whoever
seals (``sealing``), one process at a time and every half minute, gives each its place and a hash over its content and the
hash before it. ``verification`` walks the chain, ``retention`` shortens it from the old end, ``triggers`` makes the database
refuse what nobody here does.

Tool calls are too many to be events: ``batches`` writes one event for those of a second, and ``batch_verification`` looks
whether each row is still what its event says.
"""
