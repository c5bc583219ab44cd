"""docs/api.md names a test for each endpoint of the specification; each of them exists."""

import re

from support.operator import REPOSITORY

TABLE = REPOSITORY / "docs/api.md"


def rows():
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            yield cells[0].strip("`"), re.findall(r"`([\w/]+\.py)::(\w+)`", cells[2])


def test_each_row_names_tests_that_exist():
    found = list(rows())
    assert len(found) >= 20
    for endpoint, tests in found:
        assert tests, f"{endpoint} has no test"
        for file, name in tests:
            text = (REPOSITORY / "Tests/EndToEnd" / file).read_text()
            assert f"def {name}(" in text, f"{endpoint}: there is no {name} in {file}"
