"""The page, health and metrics, as a stranger sees them."""

import re

import httpx
from support.operator import IMAGE, backend
from support.wait import until


def test_the_page_loads_with_all_its_files(operator):
    page = httpx.get(operator.url + "/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    files = re.findall(r'(?:src|href)="(/?[^":#]+\.(?:js|css|svg|ico))"', page.text)
    assert files
    for name in files:
        assert httpx.get(f"{operator.url}/{name.lstrip('/')}").status_code == 200, name


def test_health_needs_no_session(operator):
    health = httpx.get(operator.url + "/healthz")
    assert health.status_code == 200
    assert health.json()["ok"] is True
    assert "demo" in health.json()["backends"]
    assert httpx.get(operator.url + "/readyz").status_code == 200


def test_metrics_are_in_prometheus_form(operator):
    metrics = httpx.get(operator.url + "/metrics")
    assert metrics.status_code == 200
    assert re.search(r"^# TYPE \w+ (counter|gauge|histogram|summary)$", metrics.text, re.MULTILINE)


def test_nothing_of_the_api_is_open(operator):
    for path in ("/api/backends", "/api/runners", "/auth/me"):
        answer = httpx.get(operator.url + path)
        assert answer.status_code == 401, path
        assert answer.json()["detail"] and answer.headers["x-request-id"]
    answer = httpx.post(operator.url + "/v1/chat/completions", json={})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"]


def test_images_are_pulled_ahead_when_asked_for(own_operator):
    own_operator.environment["BACKEND_PREPULL_AT_STARTUP"] = "true"
    missing = "127.0.0.1:1/nowhere/agent:1"
    own_operator.write_backends([
        backend("demo", own_operator.prefix), backend("missing", own_operator.prefix, image=missing)])
    own_operator.start()

    def outcomes():
        status = httpx.get(own_operator.url + "/healthz").json()["prepull_status"]
        return status if "pending" not in status.values() else None

    status = until(outcomes, 10, "both images looked at")
    assert status[IMAGE] == "present"
    assert status[missing].startswith("failed: ") and "connection refused" in status[missing]
