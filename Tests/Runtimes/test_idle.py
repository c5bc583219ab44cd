"""An idle agent goes, and comes back with what it knew."""

from support.wait import until


def test_an_idle_agent_is_stopped_and_returns_with_its_memory(person):
    person.say("the word is APPLE", conversation="kept")
    before = person.container["Id"]
    assert person.client.set_idle(1, person.agent) == 1
    until(lambda: person.containers == [], 15, "the container to go")

    person.client.set_idle(600, person.agent)
    person.say("which word was it?", conversation="kept")
    assert person.container["Id"] != before
    assert "APPLE" in person.told("which word was it?").text


def test_an_orderly_stop_is_no_crash(person):
    person.say("hello")
    assert person.client.stop(person.agent)
    person.say("hello again")
    record = person.client.http.get(f"/api/runners/{person.agent}/events").json()["events"]
    assert not [event for event in record if event["reason"] in ("Exited", "CrashLoop")], record


def test_a_stop_in_the_middle_of_an_answer_ends_within_the_grace(person):
    person.say("awake")
    chunks = person.client.stream("[[chunks 60 500]]", person.agent)
    while not next(chunks)["choices"][0]["delta"].get("content"):
        pass
    assert person.client.stop(person.agent)
    assert person.containers == []
