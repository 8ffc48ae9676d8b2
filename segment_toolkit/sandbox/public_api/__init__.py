"""The part of the Public API that agent tools use: one module per resource, one table of routes."""
