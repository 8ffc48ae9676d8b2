"""One tool call, from what a model wrote to one envelope.

In the order of its steps: `toolcall` (what was asked, parsed), `repair` and `validation` (typed arguments or every
problem), `authority` (may it run), `wallet` (with whose credentials), `run` (what is known of the call), `dispatcher`
(all of this as one generator), `drive` and `engine` (who runs it, sync and async).
"""
