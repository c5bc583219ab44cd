import json
import statistics
import subprocess
import sys
import time

from support.operator import REPOSITORY

from . import edits, idle, report, requests, starts, streams
from .process import resident_megabytes
from .report import Row
from .world import World


def main():
    quick = "--quick" in sys.argv
    rows = [*plans()]
    world = World()
    try:
        at_start = resident_megabytes(world.operator.process.pid)
        rows += warm_chats(world, rounds=1 if quick else 4)
        rows += many_streams(world, rounds=1 if quick else 3)
        rows += cold_starts(world, count=3 if quick else 12)
        rows += kills(world, count=3 if quick else 12)
        rows += saved_files(world, count=3 if quick else 12)
        rows += idleness(world, runners=10 if quick else 40)
        after = resident_megabytes(world.operator.process.pid)
        rows.append(Row(
            "resident memory after all of this", "≤ 80 MB", f"{after:.0f} MB", f"{at_start:.0f} MB at the start",
            after <= 80))
    finally:
        world.close()
    print(f"\n{report.machine()}\n\n{report.table(rows)}\n")
    if "--write" in sys.argv:
        report.write(rows)


def plans():
    tell("plans")
    output = subprocess.run(
        [REPOSITORY / ".build/release/bench", "plan"], capture_output=True, text=True, check=True, timeout=120).stdout
    figures = {line["name"]: line for line in map(json.loads, output.splitlines())}
    noop = figures["plan_noop_10000"]
    yield Row(
        "plan of 10,000 runners, nothing to do, p50", "≤ 50 ms", f"{noop['p50_ms']:.1f} ms",
        f"p99 {noop['p99_ms']:.1f} ms; 1,000 runners {figures['plan_noop_1000']['p50_ms']:.2f} ms",
        noop["p50_ms"] <= 50)
    whole = figures["pass_noop_1000"]
    yield Row(
        "a whole pass over 1,000 simulated runners, nothing to do, p50", "", f"{whole['p50_ms']:.1f} ms",
        f"p99 {whole['p99_ms']:.1f} ms")


def warm_chats(world, rounds):
    tell("warm chats, 32 connections")
    many = requests.measure(world.ways, connections=32, seconds=4, rounds=rounds)
    tell("warm chats, 1 connection")
    one = requests.measure(world.ways, connections=1, seconds=3, rounds=rounds)
    direct, nginx, operatord, with_token = (many[way.name] for way in world.ways)
    ratio = operatord.per_second / nginx.per_second
    yield Row(
        "warm chat, 32 connections, requests/s against nginx", "≥ 0.5 ×", f"{ratio:.2f} ×",
        f"operatord {operatord.per_second:,.0f}/s, nginx {nginx.per_second:,.0f}/s, direct {direct.per_second:,.0f}/s",
        ratio >= 0.5)
    yield Row(
        "the same, p50 / p99", "", f"{operatord.p50_ms:.2f} / {operatord.p99_ms:.2f} ms",
        f"nginx {nginx.p50_ms:.2f} / {nginx.p99_ms:.2f} ms, direct {direct.p50_ms:.2f} / {direct.p99_ms:.2f} ms")
    yield Row(
        "the same, CPU time of the proxy per request", "", f"{operatord.cpu_us:.0f} µs",
        f"nginx {nginx.cpu_us:.0f} µs ({operatord.cpu_us / nginx.cpu_us:.1f} ×); the agent itself {direct.cpu_us:.0f} µs")
    ratio = with_token.per_second / operatord.per_second
    yield Row(
        "the same with an API token, requests/s against a cookie", "≥ 0.95 ×", f"{ratio:.2f} ×",
        f"{with_token.per_second:,.0f}/s, p50 / p99 {with_token.p50_ms:.2f} / {with_token.p99_ms:.2f} ms, CPU time of "
        f"the proxy per request {with_token.cpu_us:.0f} µs (cookie {operatord.cpu_us:.0f} µs)", ratio >= 0.95)
    direct, nginx, operatord, with_token = (one[way.name] for way in world.ways)
    added = operatord.p50_ms - direct.p50_ms
    yield Row(
        "warm chat, 1 connection, p50 over direct", "≤ 0.5 ms", f"{added:.3f} ms",
        f"nginx {nginx.p50_ms - direct.p50_ms:.3f} ms; operatord {operatord.p50_ms:.3f} (with an API token "
        f"{with_token.p50_ms:.3f}), direct {direct.p50_ms:.3f} ms",
        added <= 0.5)


def many_streams(world, rounds):
    tell("200 streams")
    ways = [world.direct, world.through_operatord]
    # 200 streams, 10 chunks a second each, for 4 s.
    first, late, memory = {}, {}, {}
    for number in range(rounds + 1):
        for way in ways if number % 2 == 0 else reversed(ways):
            result = streams.measure(way, count=200, chunks=40, interval_ms=100)
            if number == 0 and rounds > 1:
                continue
            first.setdefault(way.name, []).extend(result[0])
            late.setdefault(way.name, []).extend(result[1])
            memory[way.name] = max(memory.get(way.name, 0), result[2])
    p50, p99 = ({name: percentile(values, share) for name, values in first.items()} for share in (50, 99))
    over = p99["operatord"] - p99["direct"]
    yield Row(
        "first chunk, 200 streams at once, p99 over direct", "≤ 20 ms", f"{over:.1f} ms",
        f"operatord p50 {p50['operatord']:.1f}, p99 {p99['operatord']:.1f} ms; "
        f"direct p50 {p50['direct']:.1f}, p99 {p99['direct']:.1f} ms",
        over <= 20)
    lateness = {name: (percentile(values, 50), percentile(values, 99)) for name, values in late.items()}
    yield Row(
        "a chunk's way from the agent to the client, p50 / p99", "",
        "{:.2f} / {:.2f} ms".format(*lateness["operatord"]), "direct {:.2f} / {:.2f} ms".format(*lateness["direct"]))
    yield Row("resident memory with 200 streams", "", f"{memory['operatord']:.0f} MB", "")


def cold_starts(world, count):
    tell("cold starts")
    ours, by_hand = [], []
    for _ in range(count):
        by_hand.append(starts.docker_run(world.operator.prefix))
        ours.append(starts.cold_chat(world.user))
    over = statistics.median(ours) - statistics.median(by_hand)
    yield Row(
        "cold start over `docker run` until it answers, p50", "≤ 60 ms", f"{over:.0f} ms",
        f"operatord {statistics.median(ours):.0f} ms ({min(ours):.0f} to {max(ours):.0f}), "
        f"docker run {statistics.median(by_hand):.0f} ms ({min(by_hand):.0f} to {max(by_hand):.0f}), {count} each",
        over <= 60)


def kills(world, count):
    tell("kills")
    begun, removed = zip(*(starts.reaction_to_a_kill(world.operator) for _ in range(count)))
    middle = statistics.median(begun)
    yield Row(
        "container killed by hand: mending begins, p50", "≤ 100 ms", f"{middle:.0f} ms",
        f"{min(begun):.0f} to {max(begun):.0f} ms, {count} times; the dead one is gone after "
        f"{statistics.median(removed):.0f} ms", middle <= 100)


def saved_files(world, count):
    tell("edits")
    settling = 150
    # The runner of the other measurements would be recreated too.
    world.user.stop()
    times = [edits.reaction_to_an_edit(world.operator, number) - settling for number in range(count)]
    middle = statistics.median(times)
    yield Row(
        "a file saved: first act on a container, beyond the 150 ms of settling, p50", "≤ 500 ms", f"{middle:.0f} ms",
        f"{min(times):.0f} to {max(times):.0f} ms, {count} times", middle <= 500)


def idleness(world, runners):
    tell("idleness")
    seconds = 65
    share, passes = idle.cpu_share(world.operator, runners, seconds)
    yield Row(
        f"CPU of an idle operator with {runners} runners, of one core", "< 1 %", f"{share * 100:.2f} %",
        f"{seconds} s, {passes:.0f} timed passes among them", share < 0.01)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def tell(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


main()
