"""Record the cassettes in `cassettes/`, and replay them.

Read in this order: `cases` (what is recorded), `places` (where: the local Segment, or Segment itself), `recorder`
(one case at a time), `tape` (the file, and when a request matches it), `scrubber` (what never gets into it), `leaks`
(the check, by other means, that it did not), `report` (the table in `cassettes/README.md`), `__main__` (the command).
"""
