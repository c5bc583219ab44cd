"""What the documents list, compared with the code."""

import re
import subprocess
import sys

import httpx
import pytest
from support.operator import REPOSITORY

TYPES = {"Counter": "counter", "Gauge": "gauge", "Meter": "gauge", "Timer": "histogram"}
DOCUMENTS = sorted(file for file in (REPOSITORY / "docs").glob("*.md"))


def listed_metrics():
    """Name to type, of the table in docs/operations.md."""
    text = (REPOSITORY / "docs/operations.md").read_text()
    return dict(re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \|", text, re.MULTILINE))


def metrics_of_the_code():
    found = {}
    for file in (REPOSITORY / "Sources").rglob("*.swift"):
        text = file.read_text()
        for kind, name in re.findall(r'\b(Counter|Gauge|Meter|Timer|Recorder)\(\s*label: "(\w+)"', text):
            found[name] = TYPES[kind]
        for name, kind in re.findall(r"# TYPE (\w+) (\w+)", text):
            found[name] = kind
    return found


def test_every_metric_is_listed_with_its_type():
    assert listed_metrics() == metrics_of_the_code()


def test_what_is_served_is_what_is_listed(operator):
    user = operator.user()
    user.start()
    served = dict(re.findall(r"^# TYPE (\w+) (\w+)$", httpx.get(operator.url + "/metrics").text, re.MULTILINE))
    assert "reconciler_ready_runners" in served
    listed = listed_metrics()
    assert {name: kind for name, kind in served.items() if listed.get(name) != kind} == {}


def test_metrics_in_the_alerts_exist():
    text = (REPOSITORY / "docs/operations.md").read_text()
    alerts = re.search(r"```yaml\n(groups:.*?)```", text, re.DOTALL)[1]
    names = set(re.findall(r"\b((?:operatord|reconciler|configuration|process)_\w+)", alerts))
    assert len(names) > 5
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in names} <= set(listed_metrics())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_commands_in_the_documents_exist(document, operator):
    helped = operator.run("--help").stdout
    known = set(re.findall(r"^  ([a-z]+) ", helped[helped.index("SUBCOMMANDS"):], re.MULTILINE))
    assert "serve" in known
    code = re.findall(r"```[\s\S]*?```|`[^`\n]+`|^    \S.+$", document.read_text(), re.MULTILINE)
    used = {word for part in code for word in re.findall(r"(?:^|[`\s/])operatord ([a-z]+)\b(?! =)", part)}
    # Compose's service (`exec operatord sh`) and systemd's unit have the program's name.
    assert used - known - {"operatord", "enable", "sh"} == set()


@pytest.mark.parametrize("document", [REPOSITORY / "README.md", *DOCUMENTS], ids=lambda file: file.name)
def test_tests_and_files_named_in_the_documents_exist(document):
    text = document.read_text()
    for file, test in re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", text):
        places = [place for place in (REPOSITORY / "Tests").rglob(file)]
        assert places, file
        assert not test or any(f"def {test}(" in place.read_text() for place in places), f"{file}::{test}"
    # Of bare test names too.
    for test in re.findall(r"`(test_\w+)`", text):
        assert any(f"def {test}(" in place.read_text() for place in (REPOSITORY / "Tests").rglob("test_*.py")), test
    # openclaw.md names files of another repository.
    ours = "" if document.name == "openclaw.md" else text
    for path in re.findall(r"`((?:Sources|Tests|docs|deploy|scripts|frontend|images|bench)/[\w./-]+)`", ours):
        assert (REPOSITORY / path).exists(), path


def checked(folder, text):
    """What the link checker says of one document."""
    sys.path.insert(0, str(REPOSITORY / "scripts"))
    import docs_check
    (folder / "page.md").write_text(text)
    (folder / "other.md").write_text("# One `two`, three\n\n## Same\n\n## Same\n")
    root, docs_check.ROOT = docs_check.ROOT, folder.resolve()
    try:
        return docs_check.broken_links(["page.md", "other.md"])[0]
    finally:
        docs_check.ROOT = root


def test_the_link_checker_finds_what_leads_nowhere(tmp_path):
    assert checked(tmp_path, "# Here\n[a](other.md#one-two-three) [b](other.md#same-1) [c](#here) "
                             "[d](https://example.org/x) `[e](nowhere.md)`\n```\n[f](nowhere.md)\n```\n") == []
    for link in ("nowhere.md", "other.md#same-2", "#there", "../outside.md", "/other.md", "other.md#two"):
        found = checked(tmp_path, f"# Here\n\nSee [this]({link}).\n")
        assert len(found) == 1 and found[0].startswith(f"page.md:3: {link}"), (link, found)


def test_the_spell_checker_finds_a_slip(tmp_path):
    # Put together here, so that this file has none.
    (tmp_path / "page.md").write_text("To rec" + "ieve.\n")
    done = subprocess.run(["codespell", "--ignore-words", str(REPOSITORY / "scripts/words.txt"), str(tmp_path / "page.md")],
                          capture_output=True, text=True)
    assert done.returncode != 0 and "receive" in done.stdout
