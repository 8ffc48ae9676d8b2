"""Runs the conformance suite (`tests/providers`) against each framework, and writes the README's table of results."""
