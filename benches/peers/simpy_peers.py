# /// script
# requires-python = ">=3.10"
# dependencies = ["simpy==4.1.2"]
# ///
"""The hold model and M/M/1 in SimPy 4.1.2, as `src/main.rs` runs them in loghaul and nexosim.

    uv run benches/peers/simpy_peers.py      (or: pip install simpy==4.1.2; python benches/peers/simpy_peers.py)
"""

import random
import statistics
import time

import simpy

ROUNDS = 5
BETWEEN, SERVICE = 1.25, 1.0


def hold(pending: int):
    """An environment with so many processes, each of which waits an exponential time again and again."""
    env, rng = simpy.Environment(), random.Random(7)

    def holder():
        while True:
            yield env.timeout(rng.expovariate(1.0 / SERVICE))

    for _ in range(pending):
        env.process(holder())
    return env


def mm1():
    """An environment with a process for each customer and one server."""
    env, rng = simpy.Environment(), random.Random(7)
    server = simpy.Resource(env, capacity=1)

    def customer():
        with server.request() as turn:
            yield turn
            yield env.timeout(rng.expovariate(1.0 / SERVICE))

    def source():
        while True:
            yield env.timeout(rng.expovariate(1.0 / BETWEEN))
            env.process(customer())

    env.process(source())
    return env


def ns_per_step(env: simpy.Environment, steps: int) -> float:
    start = time.perf_counter_ns()
    for _ in range(steps):
        env.step()
    return (time.perf_counter_ns() - start) / steps


def main() -> None:
    print(f"| model | SimPy {simpy.__version__}, ns |\n|---|---:|")
    for pending in (32, 1_000, 100_000):
        env = hold(pending)
        ns_per_step(env, 2 * pending)
        median = statistics.median(ns_per_step(env, 200_000) for _ in range(ROUNDS))
        print(f"| hold, {pending} pending, an event | {median:.0f} |")
    # An arrival takes several of SimPy's events; two events a customer are counted, as for the others.
    rounds = []
    for _ in range(ROUNDS):
        env, customers = mm1(), 50_000
        start = time.perf_counter_ns()
        env.run(until=customers * BETWEEN)
        rounds.append((time.perf_counter_ns() - start) / (2 * customers))
    print(f"| M/M/1, half a customer | {statistics.median(rounds):.0f} |")


if __name__ == "__main__":
    main()
