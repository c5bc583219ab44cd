"""Conversations as the contract has them, over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

MIB = 1 << 20


@pytest.fixture
def user(operator):
    return operator.user()


def create(user, **fields):
    answer = user.http.post("/api/conversations", json={"backend": "demo", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


def post(user, conversation, content, role="user", **fields):
    answer = user.http.post(
        f"/api/conversations/{conversation}/messages", json={"role": role, "content": content, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()["message"]


def get(user, path=""):
    answer = user.http.get(f"/api/conversations{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def texts(user, conversation, query=""):
    return [message["content"] for message in get(user, f"/{conversation}{query}")["messages"]]


def find(user, words):
    answer = user.http.get("/api/conversations/search", params={"q": words})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_the_list_is_empty_at_first(user):
    assert get(user) == {"conversations": [], "next": None}


def test_the_list_has_message_counts_and_the_newest_activity_first(user):
    first, second = create(user), create(user)
    post(user, second["id"], "b")
    for text in "xyz":
        post(user, first["id"], text)
    rows = get(user)["conversations"]
    assert [(row["id"], row["message_count"]) for row in rows] == [(first["id"], 3), (second["id"], 1)]
    assert set(rows[0]) >= {"id", "backend", "model", "title", "created_at", "updated_at", "message_count", "seq"}


def test_a_conversation_needs_a_backend_that_exists(user):
    answer = user.http.post("/api/conversations", json={"backend": "nowhere"})
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] == "backend_not_found"


def test_model_and_title_are_kept(user):
    conversation = create(user, model="demo/main", title="Plans")
    assert (conversation["model"], conversation["title"]) == ("demo/main", "Plans")
    post(user, conversation["id"], "hello")
    assert get(user, f"/{conversation['id']}")["conversation"]["title"] == "Plans"


def test_messages_come_in_posted_order_within_one_second(user):
    conversation = create(user)["id"]
    sent = [f"message {number}" for number in range(40)]
    for number, text in enumerate(sent):
        post(user, conversation, text, role=["user", "assistant", "system", "error"][number % 4])
    shown = get(user, f"/{conversation}")["messages"]
    assert [message["content"] for message in shown] == sent
    assert {"id", "role", "content", "created_at"} <= set(shown[0])


@pytest.mark.parametrize("text", [
    "é ü ß ñ", "漢字かな한글", "👩‍👩‍👧 🏳️‍🌈 e\u0301", "\u0000 in \u0000 between", "\u202e\u2028\ufeff", "\U0010ffff",
    "a\r\nb\tc\\\"'", "",
])
def test_any_text_comes_back_as_it_was(user, text):
    conversation = create(user)["id"]
    assert post(user, conversation, text)["content"] == text
    assert texts(user, conversation) == [text]


@pytest.mark.parametrize("text", [r"\ud800", r"\udc00\ud800", r"x\udfffx"])
def test_half_a_character_is_refused(user, text):
    conversation = create(user)["id"]
    answer = user.http.post(
        f"/api/conversations/{conversation}/messages", content='{"role":"user","content":"%s"}' % text,
        headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert texts(user, conversation) == []


def test_an_unknown_role_is_refused(user):
    conversation = create(user)["id"]
    answer = user.http.post(f"/api/conversations/{conversation}/messages", json={"role": "robot", "content": "x"})
    assert answer.status_code == 422
    assert "role" in answer.json()["detail"]


def test_one_mebibyte_is_a_message_and_one_byte_more_is_not(user):
    conversation = create(user)["id"]
    path = f"/api/conversations/{conversation}/messages"
    assert post(user, conversation, "x" * MIB)["content"] == "x" * MIB
    for content in ("x" * (MIB + 1), "é" * (MIB // 2) + "x"):
        answer = user.http.post(path, json={"role": "user", "content": content})
        assert answer.status_code == 413
        assert answer.json()["code"] == "message_too_large"


def test_the_title_is_the_first_60_characters_of_the_users_first_message(user):
    conversation = create(user)["id"]
    post(user, conversation, "you are brief", role="system")
    text = "0123456789" * 7
    post(user, conversation, text)
    post(user, conversation, "something else")
    assert get(user, f"/{conversation}")["conversation"]["title"] == text[:60]


def test_a_title_can_be_set(user):
    conversation = create(user)["id"]
    answer = user.http.patch(f"/api/conversations/{conversation}", json={"title": "Mine 🎉"})
    assert answer.json()["conversation"]["title"] == "Mine 🎉"
    post(user, conversation, "hello")
    assert get(user)["conversations"][0]["title"] == "Mine 🎉"


def test_a_conversation_can_be_pinned(user):
    conversation, _ = create(user)["id"], create(user)
    user.http.patch(f"/api/conversations/{conversation}", json={"pinned": True})
    assert [row["id"] for row in get(user, "?pinned=true")["conversations"]] == [conversation]


def test_seq_counts_within_user_and_backend_and_is_never_given_twice(operator, user):
    first, second = create(user), create(user)
    other = create(user, backend="slow")
    assert [first["seq"], second["seq"], other["seq"]] == [1, 2, 1]
    assert user.http.delete(f"/api/conversations/{second['id']}").status_code == 200
    assert create(user)["seq"] == 3
    assert create(operator.user())["seq"] == 1
    assert [row["id"] for row in get(user, "?backend=demo&seq=1")["conversations"]] == [first["id"]]


def test_an_edit_is_a_sibling_and_the_head_can_go_back(user):
    conversation = create(user)["id"]
    first = post(user, conversation, "one")["id"]
    post(user, conversation, "answer", role="assistant")
    edited = user.http.post(
        f"/api/conversations/{conversation}/messages/{first}/edit", json={"content": "uno"}).json()["message"]
    assert edited["siblings"] == [first, edited["id"]]
    assert texts(user, conversation) == ["uno"]
    assert texts(user, conversation, "?branch=all") == ["one", "answer", "uno"]
    user.http.patch(f"/api/conversations/{conversation}", json={"head": first})
    assert texts(user, conversation) == ["one", "answer"]


def test_a_deleted_message_leaves_its_children_to_its_parent(user):
    conversation = create(user)["id"]
    ids = [post(user, conversation, text)["id"] for text in ("one", "two", "three")]
    answer = user.http.delete(f"/api/conversations/{conversation}/messages/{ids[1]}")
    assert answer.json() == {"ok": True}
    assert texts(user, conversation) == ["one", "three"]
    assert get(user, f"/{conversation}")["messages"][1]["parent_id"] == ids[0]


def test_a_deleted_conversation_is_gone_with_its_messages(user):
    conversation = create(user)["id"]
    post(user, conversation, "needle")
    answer = user.http.delete(f"/api/conversations/{conversation}")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert user.http.get(f"/api/conversations/{conversation}").status_code == 404
    assert user.http.delete(f"/api/conversations/{conversation}").status_code == 404
    assert get(user)["conversations"] == []
    assert find(user, "needle") == []


def test_a_deleted_conversation_leaves_no_text_in_the_database_files(own_operator):
    user = own_operator.start().user()
    kept, gone = create(user)["id"], create(user)["id"]
    post(user, kept, "keptword")
    post(user, gone, "trace0short")
    post(user, gone, "trace1long " * 20000)
    answer = user.http.post(f"/api/conversations/{gone}/runs", json={"content": "trace2question"})
    assert answer.status_code == 202, answer.text
    assert user.http.delete(f"/api/conversations/{gone}").status_code == 200

    data = b"".join(path.read_bytes() for path in (own_operator.folder / "data").glob("*.db*"))
    assert b"keptword" in data
    for word in (b"trace0short", b"trace1long", b"trace2question"):
        assert word not in data


def test_somebody_elses_is_not_there(operator, user):
    conversation = create(user)["id"]
    message = post(user, conversation, "needle")["id"]
    stranger, path = operator.user(), f"/api/conversations/{conversation}"
    requests = [
        ("GET", path, None), ("PATCH", path, {"title": "x"}), ("DELETE", path, None),
        ("POST", path + "/messages", {"role": "user", "content": "x"}),
        ("POST", f"{path}/messages/{message}/edit", {"content": "x"}),
        ("DELETE", f"{path}/messages/{message}", None), ("GET", path + "/export", None),
        ("GET", path + "/export?format=md", None),
    ]
    for method, address, body in requests:
        theirs = stranger.http.request(method, address, json=body)
        nobodys = stranger.http.request(
            method, address.replace(f"conversations/{conversation}", "conversations/987654321"), json=body)
        assert theirs.status_code == nobodys.status_code == 404, (method, address)
        for answer in (theirs, nobodys):
            assert answer.json()["detail"] == "There is no such conversation or message."
    assert get(stranger)["conversations"] == []
    assert find(stranger, "needle") == []
    assert texts(user, conversation) == ["needle"]


def test_without_a_session_there_is_nothing(operator):
    for path in ("", "/1", "/search?q=x", "/export", "/1/export"):
        assert httpx.get(f"{operator.url}/api/conversations{path}").status_code == 401


def test_posts_at_once_are_all_kept(user):
    conversation = create(user)["id"]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: post(user, conversation, f"m{number}"), range(64)))
    assert sorted(texts(user, conversation)) == sorted(f"m{number}" for number in range(64))


def test_a_thousand_conversations_are_listed_and_paged(user):
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: create(user)["id"], range(1000)))
    assert {row["id"] for row in get(user)["conversations"]} == set(made)
    found, page = [], get(user, "?limit=300")
    while True:
        found += [row["id"] for row in page["conversations"]]
        if page["next"] is None:
            break
        page = get(user, f"?limit=300&before={page['next']}")
    assert len(found) == 1000 and set(found) == set(made)


@pytest.mark.parametrize("words, found", [
    ("qui", True), ("QUICK brown", True), ('"quick brown"', True), ('"brown quick"', False), ("東京", True),
    ("都京", False), ("naive", True), ("missing", False), ('"', False), ("NEAR(", False), ("a AND", False),
    ("🎉", True), ("\0", False),
])
def test_search_takes_words_phrases_and_any_signs(user, words, found):
    conversation = create(user, title="title")["id"]
    message = post(user, conversation, "The quick brown fox, naïve 東京 京都 🎉")["id"]
    results = find(user, words)
    assert [result["message_id"] for result in results] == ([message] if found else [])
    for result in results:
        assert result["conversation"]["id"] == conversation
        units = result["snippet"].encode("utf-16-le")
        for start, length in result["matches"]:
            assert units[start * 2:(start + length) * 2].decode("utf-16-le")


def test_titles_are_found_too(user):
    conversation = create(user, title="Holiday plans")["id"]
    result, = find(user, "holi")
    assert (result["message_id"], result["snippet"], result["matches"]) == (None, "Holiday plans", [[0, 7]])
    assert result["conversation"]["id"] == conversation


def test_a_plus_in_the_address_is_a_space(user):
    create(user, title="quick fox")
    assert len(user.http.get("/api/conversations/search?q=quick+fox").json()["results"]) == 1


def test_an_export_as_markdown_is_the_shown_branch(user):
    conversation = create(user)["id"]
    first = post(user, conversation, "one 🎉")["id"]
    user.http.post(f"/api/conversations/{conversation}/messages/{first}/edit", json={"content": "**two**"})
    answer = user.http.get(f"/api/conversations/{conversation}/export?format=md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "attachment" in answer.headers["content-disposition"]
    assert "## User\n\n**two**\n" in answer.text
    assert "## User\n\none" not in answer.text


def test_an_export_can_be_imported_by_somebody_else(operator, user):
    conversation = create(user, title="Export 漢字", model="demo/main")["id"]
    first = post(user, conversation, "one \0 🎉")["id"]
    post(user, conversation, "1", role="assistant")
    user.http.post(f"/api/conversations/{conversation}/messages/{first}/edit", json={"content": "uno"})
    user.http.patch(f"/api/conversations/{conversation}", json={"head": first, "pinned": True})
    create(user)

    export = user.http.get("/api/conversations/export")
    assert export.headers["content-type"] == "application/json"
    other = operator.user()
    answer = other.http.post("/api/conversations/import", json=export.json())
    assert answer.status_code == 200, answer.text
    assert answer.json()["imported"] == 2
    copy = next(row for row in answer.json()["conversations"] if row["message_count"])
    assert (copy["title"], copy["model"], copy["pinned"], copy["seq"]) == ("Export 漢字", "demo/main", True, 1)
    assert copy["id"] != conversation
    assert texts(other, copy["id"]) == ["one \0 🎉", "1"]
    assert texts(other, copy["id"], "?branch=all") == ["one \0 🎉", "1", "uno"]
    again = other.http.get(f"/api/conversations/{copy['id']}/export").json()["conversations"][0]
    assert [m["content"] for m in again["messages"]] == ["one \0 🎉", "1", "uno"]


def archive(**message):
    return {"format": "operatord-conversations", "version": 1, "conversations": [
        {"backend": "demo", "messages": [{"id": 1, "role": "user", "content": "fine"}]},
        {"backend": "demo", "messages": [{"id": 1, "role": "user", "content": "x"}, {
            "id": 2, "parent_id": 1, "role": "assistant", "content": "y", **message}]},
    ]}


@pytest.mark.parametrize("message, place", [
    ({"parent_id": 7}, "conversations[1].messages[1].parent_id"), ({"id": 1}, "conversations[1].messages[1].id"),
    ({"role": "robot"}, "conversations[1].messages[1].role"), ({"content": 7}, "conversations[1].messages[1].content"),
    ({"created_at": -1}, "conversations[1].messages[1].created_at"),
    ({"status": "odd"}, "conversations[1].messages[1].status"),
    ({"tools": [{"id": "t"}]}, "conversations[1].messages[1].tools[0].name"),
])
def test_a_bad_import_names_the_place_and_changes_nothing(user, message, place):
    assert user.http.post("/api/conversations/import", json=archive()).json()["imported"] == 2
    answer = user.http.post("/api/conversations/import", json=archive(**message))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(place + " ")
    assert len(get(user)["conversations"]) == 2


@pytest.mark.parametrize("body", [
    '{"format":"other","version":1,"conversations":[]}', "[]", "{", '{"conversations":[]}',
])
def test_what_is_no_export_is_refused(user, body):
    answer = user.http.post(
        "/api/conversations/import", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


def test_an_import_has_at_most_32_mebibytes(user):
    answer = user.http.post(
        "/api/conversations/import", content=b" " * (32 * MIB + 1), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_everything_is_there_after_a_kill(own_operator):
    user = own_operator.start().user()
    conversation = create(user, title="kept")["id"]
    post(user, conversation, "before the kill")
    own_operator.kill()
    user = user.moved_to(own_operator.start().url)
    assert texts(user, conversation) == ["before the kill"]
    assert get(user)["conversations"][0]["title"] == "kept"
    assert len(find(user, "kill")) == 1
