"""A synthetic county: people, a year of events about them, and what the hub should make of it.

Everything here is made up and labelled so: every event's source starts with ``synthetic/``, every
resident number lies in the unassigned counties 3399xx. One seed gives one year, byte for byte.

``population`` and ``county`` are the world; ``training``, ``rescue``, ``consents``, ``registry``,
``life`` and ``directory`` are what happens in it; ``agenda`` lays it out in days; ``problems``
spoils some of it the way real data is spoilt; ``wire`` writes events; ``expect`` says, by a naive
evaluation that shares no code with the hub, what must come out.
"""
