"""Cases for the comparison with Segment's own FQL: those written by hand, and those known to differ."""

from __future__ import annotations

from typing import Any, NamedTuple

EVENT: dict[str, Any] = {
    "type": "track",
    "event": "Button Clicked",
    "userId": "u-1",
    "trueValue": True,
    "falseValue": False,
    "context": {"library": {"name": "analytics.js", "version": "1.10.2"}, "page": {"path": "/a/b c"}},
    "properties": {
        "price": 19.5, "count": 3, "zero": 0, "nothing": None, "empty": "", "on": True, "off": False,
        "features": ["discounts", "dark-mode"], "same": ["discounts", "dark-mode"], "none": [],
        "product 1": {"price": "19.99"}, "object": {"a": 1, "b": [1, 2]}, "turned": {"b": [1, 2], "a": 1},
        "alike": {"a": 1, "b": [1, 2]}, "email": "ANN@Example.com", "snake_case-name": "x",
    },
}  # fmt: skip

HAND_WRITTEN = """
event = 'Button Clicked'
event = "Screen Tapped"
context.path.path = '/login'
type = 'identify' or type = 'track'
event = 'Button Clicked' and type = 'track'
match( context.library.version, '1.*' )
match( context.library.version, '2.*' )
type = 'track' and ( event = 'Click' or match( event, 'Button *' ) )
!contains( context.library.name, 'js' )
!( type in ['track', 'identify'] )
type in ['track', 'identify']
type in []
'track' in [event, type]
'page' in [event, type]
properties.count in [1, 2, 3]
properties.on in [false, true]
properties.nothing in [1, null]
properties.product\\ 1.price = '19.99'
properties.snake_case-name = 'x'
trueValue
falseValue
missing
event
properties.on and trueValue
properties.off or trueValue
!missing
!trueValue
!event
true
false
null
'true'
1
!true
!false
missing = 'x'
missing != 'x'
missing > 0
missing != 0
properties.nothing = null
properties.nothing != null
properties.nothing = false
properties.zero = false
properties.zero = 0
properties.zero = -0
properties.price = 19.50
properties.price = 19.5
properties.price > 19
properties.price >= 19.5
properties.price < 19.5
properties.price <= 19.5
properties.price > '19'
'20' > properties.price
properties.count > +2
properties.count > -2.5
2 < properties.count
properties.features = properties.same
properties.features != properties.same
properties.features = properties.none
properties.object = properties.alike
properties.object = properties.turned
properties.object = properties.features
properties.none = properties.nothing
length(event) = 14
length(properties.features) = 2
length(properties.none) = 0
length(properties.nothing) = 0
length(properties.nothing) < 1
length(properties.count) > 0
length(properties.count) <= 0
length(properties.object) = 2
length(properties.count) = length(properties.count)
length(properties.count) != length(properties.count)
lowercase(properties.email) = 'ann@example.com'
lowercase(properties.count) = null
lowercase(properties.nothing) = null
typeof(event) = 'string'
typeof(properties.price) = 'number'
typeof(properties.object) = 'object'
contains(event, 'Click')
contains(event, '')
contains(event, 'click')
contains(properties.count, '3')
contains(properties.nothing, 'x')
contains('Button Clicked', event)
match(event, properties.nothing)
match(event, event)
match('', '*')
match('abc', 'ab')
match('abcd', 'a??d')
match('ab*d', 'ab\\*d')
match('abCd', 'ab[cC]d')
match('abcd', 'ab[a-z]d')
match('abcd', 'ab[^a-z]d')
match('a/b/c', 'a*c')
match(properties.count, '*')
semver(context.library.version, '>=', '1.9')
semver(context.library.version, '<', '1.9.9')
semver(context.library.version, '~', '1')
semver(event, '=', '1')
semver(properties.nothing, '=', '1')
semver('1.2.3.4', '>', '1')
semver(' 1 . 02', '=', '1.2')
semver('1x.2-beta', '=', '1.2')
type = 'page' and event = 'x' or type = 'track'
type = 'track' or event = 'x' and type = 'page'
(type = 'track' or event = 'x') and type = 'page'
!type = 'page'
!(!(type = 'track'))
""".strip().splitlines()


class Difference(NamedTuple):
    """A condition on an event for which the verdicts are not the same, and why."""

    name: str
    text: str
    event: dict[str, Any]
    ours: bool
    theirs: bool | str
    why: str


_DOCS = "the docs say so"
_LISTS = "the engine takes the elements of an event's list for paths; the docs have an example that this breaks"
_NESTED = "the engine does not evaluate a function there; the docs give functions types, so they are values"
_TRUTH = "the engine takes values for conditions as JavaScript does; the docs want bool or null"
_PATHS = "the engine reads paths as JavaScript does, the docs know fields of objects only"

DIFFERENCES = [
    Difference("a missing field is null", "missing = null", {}, True, False, _DOCS),
    Difference("a missing field equals a null one", "missing = nil", {"nil": None}, True, False, _DOCS),
    Difference("a missing field has length 0", "length(userId) < 1", {}, True, False, _DOCS),
    Difference("a missing field is in a list with null", "missing in [null]", {}, True, False, _DOCS),
    Difference("the type of null", "typeof(a) = 'null'", {"a": None}, True, False, _DOCS),
    Difference("the type of a bool", "typeof(a) = 'bool'", {"a": True}, True, False, _DOCS),
    Difference("the type of a list", "typeof(a) = 'list'", {"a": []}, True, False, _DOCS),
    Difference("length counts bytes", "length(a) = 3", {"a": "ア"}, True, False, _DOCS),
    Difference("a list equals a written one", "a = [1, 2]", {"a": [1, 2]}, True, False, _DOCS),
    Difference("a string in an event's list", "'dark' in a", {"a": ["dark"]}, True, False, _LISTS),
    Difference("a path in an event's list", "'track' in a", {"a": ["type"], "type": "track"}, False, True, _LISTS),
    Difference("a number in an event's list", "1 in a", {"a": [1]}, True, False, _LISTS),
    Difference("an event's list with null", "1 in a", {"a": [None]}, False, "error", _LISTS),
    Difference("a missing list", "1 in a", {}, False, "error", "where a list is missing, nothing is in it (assumed)"),
    Difference("uppercase", "uppercase(a) = 'X'", {"a": "x"}, True, False, _DOCS),
    Difference("snakecase", "snakecase(a) = 'x_y'", {"a": "x y"}, True, False, _DOCS),
    Difference("kebabcase", "kebabcase(a) = 'x-y'", {"a": "x y"}, True, False, _DOCS),
    Difference("titlecase", "titlecase(a) = 'X Y'", {"a": "x y"}, True, False, _DOCS),
    Difference("bool", "bool(a)", {"a": 1}, True, "error", _DOCS),
    Difference("string", "string(a) = '1'", {"a": 1}, True, False, _DOCS),
    Difference("number", "number(a) = 5", {"a": "5"}, True, False, _DOCS),
    Difference("a function in a list", "lowercase(a) in ['x']", {"a": "X"}, True, False, _NESTED),
    Difference("a function in a function", "contains(lowercase(a), 'x')", {"a": "X"}, True, False, _NESTED),
    Difference("a length under and", "length(a) and true", {"a": "x"}, False, True, _TRUTH),
    Difference("a text under or", "lowercase(a) or false", {"a": "x"}, False, True, _TRUTH),
    Difference("a length under !", "!length(a)", {"a": "x"}, True, False, _TRUTH),
    Difference("an element of a list", "a.\\0 = 'x'", {"a": ["x"]}, False, True, _PATHS),
    Difference("what a string has", "a.length = 1", {"a": "x"}, False, True, _PATHS),
    Difference("a name with a dot", "a\\.b = 1", {"a.b": 1}, True, False, _PATHS),
    Difference("one character beyond 16 bits", "match(a, '?')", {"a": "🙂"}, True, False, "the engine sees two"),
    Difference("a list like a call", "a = 2", {"a": ["length", "b"], "b": "xy"}, False, True, "the engine guesses"),
    Difference("a large number", "a = 9007199254740992", {"a": 2**53 + 1}, False, True, "numbers are exact (assumed)"),
]

ACCEPTED_BY_BOTH = """
event = 'Button Clicked'
event = "Button Clicked"
event = 'it is "x"'
event != 'x'
properties.price > 30.5
properties.price >= -30
properties.price <= +30
context.library.name = 'x' and type = 'track' or userId = null
contains(event, 'x')
match( event, 'x*' ) and type = 'page'
contains('a b', 'a')
properties.product\\ 1.price = '19.99'
properties.snake_case-name = 'x'
\\_odd = 1
_odd = 1
oranges = 1
android = 1
nullable = 1
event
event = type
1 = 1
""".strip().splitlines()

REFUSED_BY_BOTH = """
userId = oops"
event = 'x
event = #
event =
= 'x'
event == 'x'
event = 'x' and
and event = 'x'
event = 'x' 'y'
event = 1.
event = 1.2.3
event = 1e5
event ! 'x'
event & type
été = 1
contains(event)
contains(event, 'x', 'y')
contains(event 'x')
contains(event, 'x'
(event = 'x'
event = 'x')
frobnicate(event, 'x')
""".strip().splitlines()


class AcceptanceDifference(NamedTuple):
    """A text that only one side takes for FQL, and why; `ours` tells whether it is ours."""

    text: str
    ours: bool
    why: str


_UI = "fql-ts serves a form that shows simple conditions only"
_SPACE = "space is wanted between words only (assumed)"
_LAX = "fql-ts lets through what makes no sense"

ACCEPTANCE_DIFFERENCES = [
    AcceptanceDifference("(event = 'x')", True, _UI),
    AcceptanceDifference("!(event = 'x')", True, _UI),
    AcceptanceDifference("!contains(event, 'x')", True, _UI),
    AcceptanceDifference("type in ['track', 'page']", True, _UI),
    AcceptanceDifference("length(userId) < 1", True, _UI),
    AcceptanceDifference("lowercase(event) = 'x'", True, _UI),
    AcceptanceDifference("contains(event, type)", True, _UI),
    AcceptanceDifference("trueValue and event = 'x'", True, _UI),
    AcceptanceDifference("event!='x'", True, _SPACE),
    AcceptanceDifference("price>=5", True, _SPACE),
    AcceptanceDifference("price>5", True, _SPACE),
    AcceptanceDifference("event = 'x'\r\nand type = 'y'", True, "a carriage return is space (assumed)"),
    AcceptanceDifference("properties.1st = 'x'", True, "the docs ask for no escape of digits"),
    AcceptanceDifference("event type = 'x'", False, _LAX),
    AcceptanceDifference("event. = 'x'", False, _LAX),
    AcceptanceDifference("context..page = 'x'", False, _LAX),
    AcceptanceDifference("event = -", False, _LAX),
    AcceptanceDifference("event = a\\", False, _LAX),
]
