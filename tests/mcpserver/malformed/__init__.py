"""What clients get wrong, as tables: each request through the real edge and consumer, with its exact answer.

Behind each stands an honest request that must succeed: a bad request takes nothing from the next one.
"""
