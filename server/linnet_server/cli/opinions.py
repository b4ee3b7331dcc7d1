"""The model's part of `linnet review`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from linnet_completions.models.protocol import ModelError
from linnet_completions.review.model import Material, Opinion, material, opinion, with_opinion
from linnet_completions.review.review import Report
from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.cli.reviewing import progress_bar

if TYPE_CHECKING:
    from linnet_completions.review.change import Change
    from linnet_server.cli.answers import Opener
    from linnet_server.settings import Settings


def by_model(
    app: App, change: Change, report: Report, settings: Settings, opened: Opener
) -> tuple[Report, str]:
    """The report with what the model says of the change, and why it could not be asked to the end, or "".

    Whatever fails, all that was found mechanically stays in the report.
    """
    if settings.offline:
        app.note("Linnet is offline, so no model is asked.")
        return report, ""
    shown = material(change, report, settings.context.ignore)
    try:
        given = asyncio.run(_opinion(app, shown, report, settings, opened))
    except KeyboardInterrupt:
        return replace(report, interrupted=True), ""
    except Problem as problem:
        return report, f"{problem.what} {problem.remedy}".strip()
    except ModelError as error:
        return report, str(error)
    return (report, "") if given is None else (with_opinion(report, given), given.failure)


async def _opinion(
    app: App, shown: Material, report: Report, settings: Settings, opened: Opener
) -> Opinion | None:
    async with opened() as route:
        if route is None:
            return None
        with progress_bar(app, len(shown.parts)) as progress:
            return await opinion(
                shown,
                report.findings,
                route,
                most=settings.review.max_findings,
                classes=settings.review.classes,
                report=progress,
            )
