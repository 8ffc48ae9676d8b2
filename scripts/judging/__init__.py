"""What judges the toolkit from outside: a fault matrix, a soak and a fuzzer, all on the sandbox.

Judges read what a host or a model can read (envelopes, logs) and what the sandbox knows to be true (its state, its
record of requests), and compare the two. They know nothing of the engine's inside.
"""
