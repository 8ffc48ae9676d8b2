"""Runs the conformance suite (`tests/providers`) against each framework, and writes the table in docs/providers.md."""
