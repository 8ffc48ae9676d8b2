"""FQL, the language of conditions on events: text in, a compiled condition out.

Read in this order: lexer, syntax, parser, then values, glob, functions, evaluator.
Source: Segment docs, "Destination Filter Query Language".
"""

from segment_toolkit.sandbox.fql.evaluator import Condition, EvaluationFault, compile_fql
from segment_toolkit.sandbox.fql.lexer import InvalidFql

__all__ = ["Condition", "EvaluationFault", "InvalidFql", "compile_fql"]
