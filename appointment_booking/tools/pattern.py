"""Patterns that an administrator writes and that visitors' text is held against, in a time that is bounded.

Python's own engine tries one way after another: a pattern as ``(a+)+b`` keeps it busy for years with thirty letters.
Here all ways are followed at once, letter by letter (Thompson, 1968), so that each letter costs at most one look at
each part of the pattern. What cannot be followed so, as a reference back, is refused when the pattern is written.
"""

import warnings
from functools import lru_cache

try:
    from re import _constants as sre
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_constants as sre
    import sre_parse as parser

LONGEST = 200  # characters of a pattern
MOST_PARTS = 1000  # a text of 200 letters costs at most 200,000 looks: some hundredths of a second

_CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    sre.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    sre.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
}
_STARTS, _ENDS = {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}, {sre.AT_END, sre.AT_END_STRING}


class WrongPattern(ValueError):
    """A pattern that cannot be used."""


def check(pattern):
    """Raise :class:`WrongPattern` for a pattern that cannot be used."""
    _compile(pattern)


def fits(pattern, text):
    """Tell whether the whole text is as the pattern says.

    :param pattern: a regular expression without references back, looks around and flags
    :raise WrongPattern: when it cannot be used
    """
    machine = _compile(pattern)
    here = machine.follow({machine.start}, at_start=True, at_end=not text)
    for position, letter in enumerate(text, 1):
        stepped = {after for test, after in map(machine.edges.__getitem__, here) if test and test(letter)}
        here = machine.follow(stepped, at_start=False, at_end=position == len(text))
        if not here:
            return False
    return machine.stop in here


@lru_cache(maxsize=256)
def _compile(pattern):
    if len(pattern) > LONGEST:
        raise WrongPattern(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parser.parse(pattern)
    except (parser.error, OverflowError, RecursionError) as error:
        raise WrongPattern(str(error)) from error
    if parsed.state.flags & ~sre.SRE_FLAG_UNICODE or _size(parsed) > MOST_PARTS:
        raise WrongPattern(pattern)
    return _Machine(parsed)


def _size(parsed):
    """Return how many parts the machine of a pattern will have, before anything of that size is made."""
    total = 0
    for operator, value in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = value
            times = least + 1 if most == sre.MAXREPEAT else most
            total += (_size(inner) + 2) * max(times, 1)
        elif operator is sre.SUBPATTERN:
            total += _size(value[-1])
        elif operator is sre.BRANCH:
            total += sum(_size(inner) + 2 for inner in value[1])
        else:
            total += 1
        if total > MOST_PARTS:
            break
    return total


class _Machine:
    """States with one edge that reads a letter, or with free edges to other states.

    :ivar edges: per state ``(test of a letter, state after it)``, or ``(None, None)``
    :ivar free: per state ``[(condition, state)]``; the condition is ``None``, ``"start"`` or ``"end"``
    """

    def __init__(self, parsed):
        self.edges, self.free = [], []
        self.start = self._add()
        self.stop = self._add_sequence(parsed, self.start)

    def follow(self, states, at_start, at_end):
        """Return the states that can be reached without reading a letter."""
        met = {None: True, "start": at_start, "end": at_end}
        reached, waiting = set(states), list(states)
        while waiting:
            for condition, state in self.free[waiting.pop()]:
                if state not in reached and met[condition]:
                    reached.add(state)
                    waiting.append(state)
        return reached

    def _add(self):
        self.edges.append((None, None))
        self.free.append([])
        return len(self.edges) - 1

    def _add_sequence(self, parsed, state):
        for operator, value in parsed:
            state = self._add_part(operator, value, state)
        return state

    def _add_part(self, operator, value, state):
        """Add a part of the pattern after a state, and return the state after the part."""
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self._add_repeat(*value, state)
        if operator is sre.SUBPATTERN:
            _group, add_flags, del_flags, inner = value
            if add_flags or del_flags:
                raise WrongPattern("flags")
            return self._add_sequence(inner, state)
        after = self._add()
        if operator is sre.BRANCH:
            for inner in value[1]:
                begin = self._add()
                self.free[state].append((None, begin))
                self.free[self._add_sequence(inner, begin)].append((None, after))
        elif operator is sre.AT and value in _STARTS | _ENDS:
            self.free[state].append(("start" if value in _STARTS else "end", after))
        else:
            # The state may have free edges from a repetition: the letter is read from a state of its own.
            begin = self._add()
            self.free[state].append((None, begin))
            self.edges[begin] = (_make_test(operator, value), after)
        return after

    def _add_repeat(self, least, most, inner, state):
        for _time in range(least):
            state = self._add_sequence(inner, state)
        after = self._add()
        self.free[state].append((None, after))
        if most == sre.MAXREPEAT:
            begin = self._add()
            self.free[state].append((None, begin))
            end = self._add_sequence(inner, begin)
            self.free[end] += [(None, begin), (None, after)]
        else:
            for _time in range(most - least):
                state = self._add_sequence(inner, state)
                self.free[state].append((None, after))
        return after


def _make_test(operator, value):
    """Return a function that tells whether a letter is one that a part of a pattern stands for."""
    if operator is sre.LITERAL:
        return chr(value).__eq__
    if operator is sre.NOT_LITERAL:
        return chr(value).__ne__
    if operator is sre.ANY:
        return "\n".__ne__
    if operator is sre.CATEGORY:
        return _CATEGORIES[value]
    if operator is sre.RANGE:
        first, last = map(chr, value)
        return lambda letter: first <= letter <= last
    if operator is sre.IN:
        tests = [_make_test(*part) for part in value if part[0] is not sre.NEGATE]
        if value[0][0] is sre.NEGATE:
            return lambda letter: not any(test(letter) for test in tests)
        return lambda letter: any(test(letter) for test in tests)
    raise WrongPattern(str(operator))
