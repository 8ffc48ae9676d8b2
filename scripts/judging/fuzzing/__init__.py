"""The fuzzer: calls by a grammar and by mutation, kept when they reach new code, judged by laws."""
