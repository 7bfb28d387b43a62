"""Whole flows over real HTTP, a file for each RFC or page of the specification."""
