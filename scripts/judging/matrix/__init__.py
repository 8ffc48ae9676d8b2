"""The fault matrix: every fault of the sandbox, every tool, sync and async, over a real socket."""
