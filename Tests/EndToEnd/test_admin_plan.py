"""What the admin sees of the loop: the plan, one runner's difference, the overview; and what the admin may ask of it."""

import pytest
from support.operator import backend
from support.wait import until


@pytest.fixture
def operator(own_operator):
    """One backend with a variable that holds a secret, in a loop that holds back what touches more than one runner."""
    stack = own_operator.stack_file
    stack.write_text(
        stack.read_text().replace("drainTimeout: 1s", "drainTimeout: 1s, safetyShare: 0%, safetyFloor: 1"))
    own_operator.write_backends([
        backend("demo", own_operator.prefix, extra_env={"GREETING": "hi", "MY_TOKEN": "hush-hush"})])
    return own_operator.start()


def get(operator, path):
    answer = operator.admin().http.get(f"/api/admin/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(operator, path, body=None):
    return operator.admin().http.post(f"/api/admin/{path}", json=body)


def test_the_plan_says_what_comes_and_why(operator):
    assert get(operator, "plan")["plan"]["lanes"] == []
    users = [operator.user(), operator.user()]
    for user in users:
        user.say("hello")
    operator.edit_backend("demo", cmd=["--fast"])
    assert post(operator, "reconcile", {}).json()["held"] == 2
    answer = get(operator, "plan")
    assert answer["problem"] is None and answer["plan"]["needs_approval"]
    held = answer["plan"]["held"]
    assert {each["user"]["email"] for each in held} == {user.account["email"] for user in users}
    assert all(each["reason"] == "SafetyShare" and "2 runners" in each["message"] for each in held), held
    assert f"hold {held[0]['runner']}" in answer["plan"]["text"]
    # One user less: the change is small enough and carried out, or about to be.
    users[0].stop()
    until(lambda: not get(operator, "plan")["plan"]["held"], 10, "the plan without holds")


def test_what_is_held_back_is_approved_for_the_plan_that_was_seen(operator):
    users = [operator.user(), operator.user()]
    for user in users:
        user.say("hello")
    before = {user: operator.container_of(user)["Id"] for user in users}
    operator.edit_backend("demo", cmd=["--fast"])
    answer = post(operator, "reconcile", {"approve": False}).json()
    assert answer["held"] == 2 and not answer["approved"]
    revision = answer["configuration"]["revision"]
    stale = post(operator, "reconcile", {"approve": True, "revision": revision - 1})
    assert stale.status_code == 409 and stale.json()["code"] == "configuration_changed"
    assert {user: operator.container_of(user)["Id"] for user in users} == before
    assert post(operator, "reconcile", {"approve": True, "revision": revision}).json()["approved"]
    for user in users:
        until(lambda: [each for each in operator.containers_of(user) if each["Id"] != before[user]], 15, "another")
    audit = operator.admin().http.get("/api/admin/audit?action=config.approve").json()["entries"]
    assert len(audit) == 1


def test_bad_files_are_told_with_line_and_remedy(operator):
    operator.backends_file.write_text(operator.backends_file.read_text() + "}")
    answer = post(operator, "reconcile", {}).json()
    condition = next(each for each in answer["configuration"]["conditions"] if each["type"] == "ConfigInvalid")
    problem = condition["problems"][0]
    assert problem["file"].endswith("backends.json") and problem["line"] and problem["remedy"]


def test_a_runners_difference_is_told_without_its_secrets(operator):
    users = [operator.user(), operator.user()]
    for user in users:
        user.say("hello")
    path = f"runners/{users[0].account['id']}/demo"
    detail = get(operator, path)
    assert detail["diff"] == [] and detail["next"] is None and detail["suspended"] is None
    assert detail["observed"]["state"] == "running" and detail["spec"]["want"] == "while_active"
    operator.edit_backend("demo", extra_env={"GREETING": "hello", "MY_TOKEN": "quiet-quiet"})
    assert post(operator, "reconcile", {}).json()["held"] == 2
    detail = get(operator, path)
    changes = {each["field"]: each for each in detail["diff"]}
    assert changes["env.GREETING"]["text"] == 'env.GREETING changed from "hi" to "hello"'
    assert changes["env.MY_TOKEN"] == {
        "field": "env.MY_TOKEN", "from": None, "to": None, "shown": False, "text": "env.MY_TOKEN changed"}
    assert detail["next"]["verb"] == "hold"
    whole = operator.admin().http.get(f"/api/admin/{path}").text
    assert "hush-hush" not in whole and "quiet-quiet" not in whole


def test_a_suspended_runner_stays_stopped_until_it_is_resumed(operator):
    user = operator.user()
    user.say("hello")
    path = f"runners/{user.account['id']}/demo"
    assert post(operator, f"{path}/suspend", {"reason": "costs too much"}).json() == {"changed": True}
    until(lambda: not operator.containers_of(user), 10, "the stop")
    refused = user.chat("again")
    assert refused.status_code in (409, 503) and "suspended: costs too much" in refused.text
    listed = get(operator, "runners")["suspended"]
    assert [(each["user"]["slug"], each["backend"], each["reason"]) for each in listed] == [
        (user.slug, "demo", "suspended: costs too much")]
    assert get(operator, path)["suspended"] == {"reason": "suspended: costs too much"}
    assert post(operator, f"{path}/suspend", {"reason": "x" * 501}).status_code == 400
    assert post(operator, f"{path}/resume").json() == {"changed": True}
    assert post(operator, f"{path}/resume").json() == {"changed": False}
    assert user.say("again") == "You said: again"


def test_the_overview_counts_starts_and_failures(operator):
    operator.write_backends([
        *operator.backends(), backend("crash", operator.prefix, extra_env={"DEMO_CRASH": "1"})])
    assert post(operator, "reconcile", {}).status_code == 200
    empty = get(operator, "overview")
    assert empty["running"] == 0 and empty["cold_starts"] == {"count": 0, "p50_ms": None, "p95_ms": None}
    user = operator.user()
    user.say("hello")
    assert user.start("crash").status_code == 502
    overview = get(operator, "overview")
    assert overview["running"] == 1 and overview["phases"]["ready"] == 1
    assert overview["failures"]["Exited"] >= 1
    starts = overview["cold_starts"]
    assert starts["count"] == 1 and 0 < starts["p50_ms"] == starts["p95_ms"] < 20_000
