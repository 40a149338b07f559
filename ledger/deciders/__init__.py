"""Functional deciders: `evolve(state, event)` and `decide(command, …)`. No I/O, no clock; history is never refused."""
