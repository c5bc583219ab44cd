"""docs/openapi.yaml is true: schemathesis asks what it describes of the live server."""

import json
import subprocess

import pytest
from support.belongings import Belongings
from support.operator import REPOSITORY, Operator, backend

# The documented examples; each constraint of each parameter at its edge and over it; random ones.
PHASES = "examples,coverage,fuzzing"
CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "ignored_auth"])
# Event streams do not end, and what ends the session would end the run.
LEFT_OUT = ["watchEvents", "watchStart", "signOut", "signOutEverywhere", "changePassword"]


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    operator = Operator(tmp_path_factory.mktemp("openapi"))
    operator.write_backends([backend(
        "demo", operator.prefix, user_overridable_env=["LLM_API_KEY"], extra_env={"LLM_API_KEY": "everybody's"})])
    try:
        yield operator.start()
    finally:
        operator.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["user", "admin"])
def test_no_answer_is_a_server_error_or_undocumented(described, tmp_path, who):
    user, admin = described.user(), described.admin()
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(existing(Belongings.of(user, admin, "of the run").ids))
    account, only = (user, ["--exclude-tag", "admin"]) if who == "user" else (admin, ["--include-tag", "admin"])
    done = subprocess.run(
        [str(REPOSITORY / ".venv/bin/schemathesis"), "--config-file", str(settings), "run",
         str(REPOSITORY / "docs/openapi.yaml"), "--url", described.url, "--phases", PHASES, "--checks", CHECKS,
         "--max-examples", "15", "--seed", "1", "--workers", "1", "--continue-on-failure", "--request-timeout", "30",
         "--header", f"Cookie: agent_stack_session={account.session}", *only,
         *(argument for name in LEFT_OUT for argument in ("--exclude-operation-id", name))],
        capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


def existing(ids):
    """Settings by which every other id in a path is one that exists."""
    lines = []
    for name, value in ids.items():
        lines += [f"[dictionaries.{name}]", f"values = [{json.dumps(value)}]"]
    lines.append("[parameters]")
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.5 }}' for name in ids]
    return "\n".join(lines)
