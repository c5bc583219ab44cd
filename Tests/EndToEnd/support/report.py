"""What a test that failed shows, for conftest.py to import."""

import pytest

from .operator import Operator


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows operatord's log with a test that failed."""
    report = (yield).get_result()
    if report.failed:
        for value in item.funcargs.values():
            if isinstance(value, Operator) and value.process:
                report.sections.append(("operatord's last lines", "\n".join(value.log.splitlines()[-40:])))
