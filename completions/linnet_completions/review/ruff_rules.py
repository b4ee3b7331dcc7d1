"""The ruff rules that speak of bugs rather than of style, with what happens when such code runs.

Chosen so that a finding on a clean change is rare: ruff's own default set speaks about style, and rules that are right
only in some projects are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from .finding import Severity


class Rule(NamedTuple):
    """How grave a broken rule is, and what it does."""

    severity: Severity
    consequence: str


_ERRORS = {
    "Running it raises NameError.": "F821",
    "`from module import *` raises AttributeError.": "F822",
    "Running it raises UnboundLocalError.": "F823",
    "Formatting it raises an error.": "F501 F502 F503 F505 F506 F507 F508 F509 F521 F524 F525 PLE1300 PLE1307",
    "Python refuses to compile the file.": (
        "F404 F407 F621 F622 F701 F702 F704 F706 F707 PLE0100 PLE0115 PLE0116 PLE0117 PLE0118 PLE1142 PLE1700"
    ),
    "The assertion always holds.": "F631 PLW0129",
    "The condition always holds.": "F634",
    "Running it raises TypeError.": (
        "F633 F901 B016 B030 PLE0101 PLE0241 PLE0302 PLE0303 PLE0304 PLE0305 PLE0307 PLE0308 PLE0309 PLE0604 PLE0605 "
        "PLE1132 PLE1507 PLW0711 RUF016 RUF053"
    ),
    "Running it raises AttributeError.": "PLE0237 PLW0245",
    "The log line is lost in a formatting error.": "PLE1205 PLE1206",
    "Logging it raises KeyError.": "G101",
    "The exception is made and thrown away: nothing is raised.": "PLW0133",
    "The method is not dispatched as written.": "PLE1519 PLE1520",
    "open() raises ValueError.": "PLW1501",
    "Nothing is locked.": "PLW2101",
    "Running it raises RuntimeError.": "PLR1708",
    "Importing the module raises ValueError.": "RUF008",
    "Reading the property raises TypeError.": "PLR0206",
    "The call is never awaited, so it does not happen.": "ASYNC105",
    "The check never runs.": "PGH005",
    "What is shown differs from what runs.": "PLE2502",
}
_WARNINGS = {
    "It depends on how the interpreter happens to share objects.": "F632",
    "The earlier value of the key is lost.": "F601 F602",
    "The earlier definition is never used.": "F811",
    "The arguments are ignored.": "F504 F522 F523",
    "It does nothing.": "B002 B015 B018 B022 B029 PLW0127",
    "The process's environment is not changed.": "B003",
    "All calls share the one object, so a change in one call shows in the next.": "B006 B039 RUF024",
    "An exception on its way is swallowed.": "B012",
    "The loop's own iterable is lost.": "B020",
    "It is no docstring.": "B021",
    "Each function sees the value of the last round.": "B023",
    "The second handler never runs.": "B025",
    "The second pass over the group is empty.": "B031",
    "Nothing is assigned.": "B032",
    "All rounds write the same key.": "B035",
    "Any error is swallowed, KeyboardInterrupt and SystemExit included.": "E722",
    "The index may be out of range.": "PLE0643",
    "It strips single characters, not the text.": "PLE1310",
    "An invisible character is in the source.": "PLE2510 PLE2512 PLE2513 PLE2514 PLE2515",
    "Changing the set while it is iterated raises RuntimeError.": "PLE4703",
    "The first value is lost.": "PLW0128",
    "The comparison is always false.": "PLW0177",
    "The module imports itself.": "PLW0406",
    "Changing the copy changes the process's environment.": "PLW1507",
    "The result is always the same.": "PLR0124 RUF034 SIM220 SIM221 SIM222 SIM223",
    "The task may be garbage-collected before it ends.": "RUF006",
    "The keyword becomes an entry of the dictionary.": "RUF026",
    "The braces are printed as they stand.": "RUF027",
    "print() returns None, so the message is lost.": "RUF030",
    "The default does not reach __post_init__.": "RUF033",
    "The literal is no message.": "RUF040",
    "Members and fields get mixed up.": "RUF049",
    "The permissions are not those that were meant.": "RUF064",
    "The event loop stands still meanwhile.": "ASYNC210 ASYNC212 ASYNC250 ASYNC251",
    "Anybody on the way can read and change the traffic.": "S501",
    "Loading untrusted YAML runs code.": "S506",
    "The program stops and waits for a debugger.": "T100",
    "The earlier field of the class is lost.": "PIE794",
    "It breaks with other Python versions.": "YTT101 YTT102 YTT103 YTT301 YTT302 YTT303",
}


def _table(severity: Severity, groups: dict[str, str]) -> dict[str, Rule]:
    return {code: Rule(severity, text) for text, codes in groups.items() for code in codes.split()}


RULES = _table("error", _ERRORS) | _table("warning", _WARNINGS)
# What is expected to go wrong, or stands for something else, in tests.
NOT_IN_TESTS = frozenset(
    ["ASYNC210", "ASYNC212", "ASYNC250", "ASYNC251", "B023", "E722", "PLR0124", "RUF006", "S501", "S506"]
)
# A statement without effect is written on purpose where an exception is awaited.
MAY_BE_EXPECTED = frozenset(["B015", "B018", "PLR0124", "PLW0133", "F632"])
# A change can bring these to a line that it does not touch, by taking away what the line needs.
AT_A_DISTANCE = frozenset(["F821", "F822", "F823"])
