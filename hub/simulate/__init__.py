"""Synthetic counties: people, a year of events about them, and what the hub should make of it.

Everything here is made up and labelled so: every event's source starts with ``synthetic/``, every
resident number lies in the unassigned counties 3399xx. One seed gives one year, byte for byte.

``gazetteer``, ``county`` and ``population`` are the world; ``training``, ``rescue``, ``volunteers``,
``donations``, ``projects``, ``councils``, ``blood``, ``stem_cells``, ``organs``, ``consents``,
``registry``, ``life``, ``directory`` and ``reforms`` are what happens in it; ``agenda`` lays it out in
days; ``problems`` spoils some of it the way real data is spoilt; ``wire`` writes events.

``expect`` says, by a naive evaluation that shares no code with the hub, what must come out: ``learn``
and ``confide`` read events into what is ``known`` and what is ``secret``; ``grounds``, ``whereto`` and
``eligibility`` say who may be invited and where; ``inviting`` and ``duties`` lead invitations and tasks
through their lives; ``stock`` counts.
"""
