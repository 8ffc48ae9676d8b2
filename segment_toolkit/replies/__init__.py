"""The calls of one reply: which may run together (`schedule`), how (`parallel`), one person's in order (`turns`)."""
