"""The small boolean language of the intake: when a question is shown and when a red flag fires.

Words: `yes` (the row's own answer), a bare key (its answer is yes), `has(slug)`, `any(a, b)`, `count(a, b) >= 2`,
`fired(RF20)`, `age`, `sex`, the comparisons `< <= > >= == !=`, `and`, `or` and round brackets. For a question with
several ticks `==` means ticked and `!=` means not ticked. Nothing is ever handed to the Python interpreter.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from patients import expression_claims as claims
from patients.expression_claims import COMPARE, Facts, Pass, Rule, is_open

__all__ = ["BadExpression", "Expression", "Facts", "Pass", "is_open", "parse"]

LONGEST, DEEPEST = 1000, 30
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<op><=|>=|==|!=|[<>(),]))"
)
_FUNCTIONS = ("has", "any", "count", "fired")
_RESERVED = {"and", "or", "not", "yes", "age", "sex", *_FUNCTIONS}


class BadExpression(ValueError):
    """A rule that cannot be read; the message names the problem, the place and the whole text."""

    def __init__(self, problem: str, text: str, position: int):
        self.problem, self.text, self.position = problem, text, position
        super().__init__(f"{problem} at character {position + 1} of {text!r}")


@dataclass(frozen=True)
class Expression:
    """A parsed rule: its text, the keys, condition slugs and flags it asks about, and how to answer it."""

    text: str
    keys: frozenset[str]
    slugs: frozenset[str]
    flags: frozenset[str]
    rule: Rule = field(repr=False, compare=False)

    def holds(self, facts: Facts, how: Pass = Pass.FIRM) -> bool:
        """Whether the rule is true of these facts, counting open answers as `how` says."""
        return self.rule(facts, how)


@lru_cache(maxsize=1024)
def parse(text: str, own: str = "") -> Expression:
    """Read one rule; `own` is the key that the word `yes` stands for. Raises BadExpression."""
    return _Parser(text, own).whole()


class _Parser:
    """Recursive descent over the tokens of one rule: or-terms of and-terms of single claims."""

    def __init__(self, text: str, own: str):
        self.text, self.own, self.index, self.depth = text, own, 0, 0
        self.keys: set[str] = set()
        self.slugs: set[str] = set()
        self.flags: set[str] = set()
        if len(text) > LONGEST:
            raise BadExpression(f"the rule is longer than {LONGEST} characters", text[:60] + "...", LONGEST)
        self.tokens = list(self._split())

    def _split(self) -> Iterator[tuple[str, str, int]]:
        position = 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if not match:
                position += len(self.text[position:]) - len(self.text[position:].lstrip())
                raise BadExpression(f"{self.text[position]!r} is not understood", self.text, position)
            kind = str(match.lastgroup)
            yield kind, match.group(kind), match.start(kind)
            position = match.end()
        yield "end", "", len(self.text)

    def bad(self, problem: str) -> BadExpression:
        return BadExpression(problem, self.text, self.tokens[self.index][2])

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.index][:2]

    def take(self) -> tuple[str, str]:
        token = self.peek()
        if token[0] != "end":
            self.index += 1
        return token

    def expect(self, value: str):
        if self.peek() != ("op", value):
            raise self.bad(f"{value!r} is missing")
        self.take()

    def whole(self) -> Expression:
        rule = self.either()
        if self.peek()[0] != "end":
            raise self.bad(f"{self.peek()[1]!r} is not expected")
        return Expression(self.text, frozenset(self.keys), frozenset(self.slugs), frozenset(self.flags), rule)

    def either(self) -> Rule:
        items = [self.both()]
        while self.peek() == ("word", "or"):
            self.take()
            items.append(self.both())
        return claims.any_of(items)

    def both(self) -> Rule:
        items = [self.claim()]
        while self.peek() == ("word", "and"):
            self.take()
            items.append(self.claim())
        return claims.all_of(items)

    def claim(self) -> Rule:
        kind, value = self.peek()
        if (kind, value) == ("op", "("):
            self.take()
            rule = self.deeper(self.either)
            self.expect(")")
            return rule
        if kind != "word":
            raise self.bad("a condition is missing" if kind == "end" else f"{value!r} cannot stand here")
        return self.word(value)

    def deeper(self, read: Callable):
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.bad("too many brackets")
        result = read()
        self.depth -= 1
        return result

    def word(self, value: str) -> Rule:
        if value in ("and", "or", "not"):
            raise self.bad(f"{value!r} cannot stand here")
        if value == "yes" and not self.own:
            raise self.bad("'yes' needs a question of its own")
        self.take()
        if value in _FUNCTIONS:
            return self.function(value)
        if value == "yes":
            return self.key(self.own)
        if value in ("age", "sex"):
            return self.person(value)
        if self.peek() == ("op", "("):
            raise self.bad(f"{value!r} is not a function")
        return self.key(value)

    def key(self, key: str) -> Rule:
        self.keys.add(key)
        if self.peek()[1] not in COMPARE:
            return claims.answer_is_yes(key)
        sign = self.take()[1]
        return claims.compare_answer(key, sign, self.literal(sign))

    def person(self, value: str) -> Rule:
        sign = self.sign(value)
        if value == "sex":
            if sign not in ("==", "!=") or self.peek()[0] != "text":
                raise self.bad("sex is compared by == or != with a quoted letter")
            return claims.compare_sex(sign, self.take()[1][1:-1])
        kind, limit = self.peek()
        if kind == "word" and limit not in _RESERVED:
            self.keys.add(limit)
            self.take()
            return claims.compare_age(sign, limit)
        return claims.compare_age(sign, self.number("age"))

    def function(self, name: str) -> Rule:
        self.expect("(")
        return self.named(name) if name in ("has", "fired") else self.listed(name)

    def named(self, name: str) -> Rule:
        kind, value = self.peek()
        if kind != "word" or value in _RESERVED:
            raise self.bad(f"{name}() needs one name")
        self.take()
        self.expect(")")
        (self.slugs if name == "has" else self.flags).add(value)
        return claims.has(value) if name == "has" else claims.fired(value)

    def listed(self, name: str) -> Rule:
        items = [self.deeper(self.either)]
        while self.peek() == ("op", ","):
            self.take()
            items.append(self.deeper(self.either))
        self.expect(")")
        if name == "any":
            return claims.any_of(items)
        return claims.compare_count(items, self.sign("count()"), self.number("count()"))

    def sign(self, what: str) -> str:
        if self.peek()[1] not in COMPARE:
            raise self.bad(f"{what} needs a comparison")
        return self.take()[1]

    def number(self, what: str) -> float:
        if self.peek()[0] != "number":
            raise self.bad(f"{what} is compared with a number")
        value = self.take()[1]
        return float(value) if "." in value else int(value)

    def literal(self, sign: str) -> float | str:
        kind, _ = self.peek()
        if kind == "text" and sign in ("==", "!="):
            return self.take()[1][1:-1]
        if kind == "number":
            return self.number("an answer")
        raise self.bad("a quoted text or a number is missing" if kind != "text" else f"{sign} needs a number")
