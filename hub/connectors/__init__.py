"""One module per upstream system: from a decoded event to what the hub should do with it.

PURE: no I/O, no clock, no random number, no logging, no keys. A connector takes an event as a dict and
a :class:`~hub.connectors.reading.Reading` of its envelope, and returns a
:class:`~hub.connectors.draft.Draft`. The one list of connectors is :mod:`hub.connectors.catalogue`.
"""
