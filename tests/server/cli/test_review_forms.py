"""The forms of a review's result: as published schemas want them, and as golden samples show them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema

from linnet_completions.review.finding import Candidate, Edit, Finding, Fix, finding
from linnet_completions.review.observing import Observation
from linnet_completions.review.review import Report, Reviewed, Skipped
from linnet_context.text import Position
from linnet_server.cli.forms import FORMS, write
from tests.fixture import expect

HERE = Path(__file__).parent
GOLDEN, SCHEMAS = HERE / "golden" / "review-forms", HERE / "schemas"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800-\udfff]")
EVIL = "\x1b]0;owned\x07\u202e\n::error::x ]]> <script> `a` | [x](y) \udce9"


def made(path: str, line: int, rule: str, quote: str, **more: Any) -> Finding:
    """A finding at the first letter of a line (0-based) that is not blank."""
    column = len(quote) - len(quote.lstrip())
    candidate = Candidate(
        rule=rule,
        severity=more.pop("severity", "error"),
        source=more.pop("source", "bugs"),
        message=more.pop("message", "Undefined name `conut`"),
        consequence=more.pop("consequence", "Running it raises NameError."),
        start=Position(line, column),
        end=more.pop("end", Position(line, len(quote))),
        fix=more.pop("fix", None),
    )
    return finding(path, quote, more.pop("symbol", ""), candidate, more.pop("lines", {}))


RAISE = Fix("Raise the exception", (Edit(Position(6, 8), Position(6, 8), "raise "),), safe=False)
SEEN = made(
    "shop/cart.py", 4, "ruff/B006", "    def total(self, seen=[]):", severity="warning", symbol="Cart.total"
)
REPORT = Report(
    title="the working tree against HEAD",
    reviewed=(Reviewed("shop/cart.py", 4, 2), Reviewed("naïve name.py", 1, 0), Reviewed("clean.py", 1, 1)),
    skipped=(Skipped("package-lock.json", "lock file"), Skipped("api_pb2.py", "generated")),
    findings=(
        made(
            "shop/cart.py",
            6,
            "ruff/PLW0133",
            '        ValueError("empty")',
            fix=RAISE,
            symbol="Cart.total",
            lines={4: "    def total(self, seen=[]):", 5: "    if not seen:", 7: ""},
        ),
        made("naïve name.py", 0, "ruff/F821", "é = conut; ä = 1", end=Position(1, 2)),
        made("shop/cart.py", 9, "ruff/F821", "x = conut", lines={7: "", 8: "import math", 10: "print(x)"}),
        made("shop/cart.py", 11, "ruff/F821", "x = conut"),
        SEEN,
    ),
    notes=("eslint is configured here and was not found, so it was not asked.",),
    interrupted=False,
    ignored=(replace(SEEN, rule="ruff/E722"),),
    accepted=(replace(SEEN, rule="ruff/B023"),),
    observations=(Observation("shop/cart.py", 3, "guard", "A guard was removed from `total`."),),
)
NOTHING = Report("a patch", (), (), (), (), interrupted=False)
HOSTILE = Report(
    title=f"commit {EVIL}",
    reviewed=(Reviewed(EVIL, 1, 0, EVIL),),
    skipped=(Skipped(EVIL, EVIL),),
    findings=(
        made(
            EVIL,
            0,
            "ruff/F821",
            f"x = 1 # {EVIL}".replace("\n", " "),
            lines={1: EVIL},
            message=EVIL,
            consequence=EVIL,
            symbol=EVIL,
        ),
    ),
    notes=(),
    interrupted=True,
    observations=(Observation(EVIL, 0, "guard", EVIL),),
)
REPORTS = {"sample": REPORT, "nothing": NOTHING, "hostile": HOSTILE}


def schema(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())
    return value


@pytest.mark.parametrize("form", FORMS)
def test_samples(form: str) -> None:
    """What each form looks like."""
    expect(write(form, REPORT, 3), GOLDEN / f"{form}.txt")


@pytest.mark.parametrize("form", ["json", "sarif", "rdjson", "gitlab"])
@pytest.mark.parametrize("name", REPORTS)
def test_json_forms_are_valid(form: str, name: str) -> None:
    """Each form of JSON is what its schema says, whatever stands in a repository."""
    jsonschema.validate(json.loads(write(form, REPORTS[name])), schema(form))


# Every member that a published schema requires of the objects that we write, by the first place where one stands.
REQUIRED = {
    "sarif": (
        "version",
        "runs",
        "runs.0.tool",
        "runs.0.tool.driver",
        "runs.0.tool.driver.name",
        "runs.0.tool.driver.rules.0.id",
        "runs.0.tool.driver.rules.0.shortDescription.text",
        "runs.0.invocations.0.executionSuccessful",
        "runs.0.invocations.0.toolExecutionNotifications.0.message",
        "runs.0.results.0.message",
        "runs.0.results.0.message.text",
        "runs.0.results.0.locations.0.physicalLocation.artifactLocation",
        "runs.0.results.0.locations.0.physicalLocation.region.startLine",
        "runs.0.results.0.fixes.0.artifactChanges",
        "runs.0.results.0.fixes.0.artifactChanges.0.artifactLocation",
        "runs.0.results.0.fixes.0.artifactChanges.0.replacements",
        "runs.0.results.0.fixes.0.artifactChanges.0.replacements.0.deletedRegion",
        "runs.0.results.5.suppressions.0.kind",
    ),
    # Reviewdog's schema requires nothing; these are the members that it does not call optional.
    "rdjson": (
        "diagnostics",
        "diagnostics.0.message",
        "diagnostics.0.location",
        "diagnostics.0.location.path",
        "diagnostics.0.location.range.start",
        "diagnostics.0.suggestions.0.range",
        "diagnostics.0.suggestions.0.text",
    ),
    "gitlab": (
        "0.description",
        "0.check_name",
        "0.fingerprint",
        "0.severity",
        "0.location",
        "0.location.path",
        "0.location.lines.begin",
    ),
}


@pytest.mark.parametrize(("form", "place"), [(form, place) for form in REQUIRED for place in REQUIRED[form]])
def test_schemas_want_what_is_required(form: str, place: str) -> None:
    """Our schemas are as strict as the published ones: without a required member nothing is valid."""
    value = json.loads(write(form, REPORT))
    *way, last = place.split(".")
    inner = value
    for step in way:
        inner = inner[int(step) if step.isdecimal() else step]
    del inner[last]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema(form))


@pytest.mark.parametrize(
    "missing", ['name="shop/cart.py" ', 'tests="4" ', 'failures="4" ', 'errors="0" ', 'name="review" ']
)
def test_junit_wants_what_is_required(missing: str) -> None:
    """The same of JUnit's XML."""
    text = write("junit", REPORT)
    assert missing in text
    assert not xmlschema.XMLSchema(SCHEMAS / "junit.xsd").is_valid(text.replace(missing, ""))


@pytest.mark.parametrize("name", ["sample", "hostile", "nothing"])
def test_junit_is_valid(name: str) -> None:
    """JUnit's XML is valid and well formed, and its counts are right."""
    text = write("junit", REPORTS[name])
    xmlschema.XMLSchema(SCHEMAS / "junit.xsd").validate(text)
    suites = xmlschema.XMLResource(text).root.findall("testsuite")
    assert sum(int(suite.attrib["failures"]) for suite in suites) == len(REPORTS[name].findings)
    assert all(int(suite.attrib["tests"]) == len(suite) for suite in suites)


def test_lines_of_json() -> None:
    """Each line is an object; the last holds what is not in the others."""
    lines = [json.loads(line) for line in write("jsonl", REPORT).splitlines()]
    kinds = [line.pop("kind") for line in lines]
    assert kinds == ["finding"] * 5 + ["observation", "review"]
    whole = json.loads(write("json", REPORT))
    assert lines[:5] == whole["findings"]
    assert {**lines[-1], "findings": lines[:5], "observations": lines[5:6]} == whole


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_nothing_steers_what_reads_it(form: str, name: str) -> None:
    """No form holds a raw control character, half a character, or what turns the reading direction round."""
    assert not CONTROL.search(write(form, REPORTS[name]).replace("\n", "")), form


@pytest.mark.parametrize("form", ["text", "concise", "github"])
def test_no_line_is_a_command(form: str) -> None:
    """Nothing of a repository begins a line with what a CI system takes for a command."""
    commands = [line for line in write(form, HOSTILE).splitlines() if line.lstrip().startswith(("::", "##["))]
    assert len(commands) == (1 if form == "github" else 0)


def test_people_see_the_gravest() -> None:
    """Texts for people are cut and say so; programs get everything."""
    assert write("text", REPORT, 2).count("error:") == 2
    assert "3 more findings, less grave" in write("text", REPORT, 2)
    assert "3 more, less grave" in write("markdown", REPORT, 2)
    assert write("concise", REPORT, 2).count("\n") == 5


def test_frames_of_long_lines() -> None:
    """A long line is cut around the finding, and its neighbours at the same column, so that code stays aligned."""
    long = replace(
        made("a.py", 1, "ruff/F821", " " * 150 + "conut"), before=("y" * 149 + "abc",), after=("short",)
    )
    lines = write("text", replace(REPORT, findings=(long,))).splitlines()[1:5]
    assert lines[1].startswith("  2 | …")
    assert lines[0].index("abc") + 1 == lines[1].index("conut") == lines[2].index("^")
    assert lines[3] == "  3 |"


def test_equal_lines_are_told_apart() -> None:
    """Two equal lines have one content and so one fingerprint; services get it with a number."""
    results = json.loads(write("sarif", REPORT))["runs"][0]["results"]
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in results[2:4]]
    assert prints[0].partition(":")[0] == prints[1].partition(":")[0]
    assert [each.partition(":")[2] for each in prints] == ["1", "2"]
    assert len({each["fingerprint"] for each in json.loads(write("gitlab", REPORT))}) == 5


def test_reviewdog_counts_bytes() -> None:
    """Columns of rdjson count UTF-8 bytes: two for each of these letters."""
    quote = "äöü = conut"
    each = replace(made("a.py", 0, "ruff/F821", quote), start=Position(0, 6), end=Position(0, 11))
    (found,) = json.loads(write("rdjson", replace(REPORT, findings=(each,))))["diagnostics"]
    assert found["location"]["range"] == {
        "start": {"line": 1, "column": 10},
        "end": {"line": 1, "column": 15},
    }
