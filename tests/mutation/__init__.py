"""Mutation proof: holes, opened one at a time in a scratch copy, and the tests that must fail then (`make mutation`)."""
