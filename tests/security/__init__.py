"""Advisories against servers like this one, each a regression test that carries its number (`docs/security.md`)."""
