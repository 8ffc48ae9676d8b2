"""From the text of a condition to its tokens.

A string ends at the next quote of its own kind; there is no escape inside it, so that a backslash reaches the
glob of match() as it stands. A name takes letters, digits, `_` and `-`; a backslash makes any other character
part of it. Where words must be set apart by space is not documented: only two words in a row need it (assumed).

Source: Segment docs, "Destination Filter Query Language" (field paths); Segment's open-source FQL lexer
`@segment/fql-ts` (strings, numbers, operators).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Documented for a filter's `if` as 5 KB; that a KB is 1,024 bytes of UTF-8 is assumed.
MAX_BYTES = 5 * 1024

_TOKEN = re.compile(
    r"""(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?)
      | (?P<string>"[^"]*" | '[^']*')
      | (?P<word>(?:[A-Za-z_] | \\.) (?:[A-Za-z0-9_-] | \\.)*)
      | (?P<sign><= | >= | != | [=<>!()\[\],.])""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"[ \t\r\n]*")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9_-]|\\.)+", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_GLUED = re.compile(r"[A-Za-z0-9_\\.]")
_KEYWORDS = frozenset({"and", "or", "in", "true", "false", "null"})


class InvalidFql(ValueError):
    """The text is no FQL; the message says what is wrong, at which character, and what was expected.

    `at` counts characters from 1; the place after the last one is where something is missing.
    """

    def __init__(self, at: int, problem: str, expected: str) -> None:
        super().__init__(f"at character {at}: {problem}; expected {expected}")
        self.at = at


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, of kind "number", "string", "name", "end", or the sign or keyword that it is.

    `value` is what a number or a string stands for, or a name without its backslashes.
    """

    kind: str
    value: int | float | str
    at: int

    def __str__(self) -> str:
        """Say what was found; never what is in a string, which may be somebody's data."""
        if self.kind == "name":
            text = str(self.value)
            return f"the name '{text[:40]}{'...' if len(text) > 40 else ''}'"
        return {"number": "a number", "string": "a string", "end": "the end"}.get(self.kind, f"'{self.kind}'")


def tokens(text: str) -> list[Token]:
    """Split the text; the last token is of kind "end". Raises InvalidFql."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidFql(1, "the text is too long", f"at most {MAX_BYTES:,} bytes")
    found: list[Token] = []
    position = _skip_space(text, 0)
    while position < len(text):
        after_dot = bool(found) and found[-1].kind == "."
        match = (_SEGMENT if after_dot else _TOKEN).match(text, position)
        if match is None:
            raise _no_token(text, position, after_dot=after_dot)
        found.append(_segment(match) if after_dot else _token(match, text))
        position = _skip_space(text, match.end())
    found.append(Token("end", "", len(text) + 1))
    return found


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _segment(match: re.Match[str]) -> Token:
    return Token("name", _ESCAPE.sub(r"\1", match[0]), match.start() + 1)


def _token(match: re.Match[str], text: str) -> Token:
    kind, raw, at = match.lastgroup, match[0], match.start() + 1
    following = text[match.end() : match.end() + 1]
    if kind == "number":
        if _GLUED.match(following):
            raise InvalidFql(at, "a malformed number", "one like 5, -1 or 2.5, set apart from what follows")
        return Token("number", _number(raw), at)
    if kind == "string":
        return Token("string", raw[1:-1], at)
    if kind == "word":
        # `null.x` is a path, and so is `\and`.
        is_keyword = raw in _KEYWORDS and following != "."
        return Token(raw, raw, at) if is_keyword else _segment(match)
    return Token(raw, raw, at)


def _number(raw: str) -> int | float:
    if "." in raw:
        return float(raw)
    try:
        return int(raw)
    except ValueError:  # more digits than Python reads as an integer
        return float(raw)


def _no_token(text: str, position: int, *, after_dot: bool) -> InvalidFql:
    character = text[position]
    if after_dot:
        return InvalidFql(position + 1, "no name after a dot", "a name, such as 'properties' in context.properties")
    if character in "\"'":
        return InvalidFql(position + 1, "a string that does not end", f"a closing {character}")
    if character == "\\":
        return InvalidFql(position + 1, "a backslash at the end", "the character that it escapes")
    expected = "a name, a value, an operator or a parenthesis; in a name, escape it with \\"
    return InvalidFql(position + 1, f"the character {character!a}", expected)
