"""The report as JUnit's XML: a test suite for each reviewed file, a failed test for each finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from linnet_completions.review.finding import numbered
from linnet_server.cli.forms.names import clean, said

if TYPE_CHECKING:
    from linnet_completions.review.review import Report


def junit(report: Report) -> str:
    """Files without findings have one test that passed, skipped ones a test that was skipped."""
    root = ET.Element("testsuites", name="linnet review")
    for reviewed in report.reviewed:
        found = [pair for pair in numbered(report.findings) if pair[0].path == reviewed.path]
        suite = _suite(root, reviewed.path, max(1, len(found)), failures=len(found))
        for each, number in found:
            name = f"{each.rule} {each.fingerprint}" + (f" {number + 1}" if number else "")
            case = ET.SubElement(suite, "testcase", name=clean(name), classname=clean(each.path), time="0")
            failure = ET.SubElement(case, "failure", message=said(each), type=each.severity)
            failure.text = (
                f"{clean(each.path)}:{each.start.line + 1}:{each.start.column + 1}\n{clean(each.quote)}"
            )
        if not found:
            ET.SubElement(suite, "testcase", name="review", classname=clean(reviewed.path), time="0")
    for skipped in report.skipped:
        suite = _suite(root, skipped.path, 1, skipped=1)
        case = ET.SubElement(suite, "testcase", name="review", classname=clean(skipped.path), time="0")
        ET.SubElement(case, "skipped", message=clean(skipped.reason))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, path: str, tests: int, *, failures: int = 0, skipped: int = 0) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped}
    given = {"name": clean(path), "time": "0", **{name: str(count) for name, count in counts.items()}}
    return ET.SubElement(root, "testsuite", given)
