"""The doctor: one look at everything between this process and the destinations, in plain words, with what to do next.

It reads and changes nothing. What it says holds no secret: keys are masked, of variables only the names are told.
"""
