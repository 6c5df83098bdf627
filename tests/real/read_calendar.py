"""Reads a calendar as the icalendar package does, and prints what it found as JSON."""

import json
import sys
from zoneinfo import ZoneInfo

from icalendar import Calendar


def moment(event, name, zone):
    """A time as clocks in `zone` show it."""
    return event.decoded(name).astimezone(ZoneInfo(zone)).isoformat()


with open(sys.argv[1], "rb") as file:
    calendar = Calendar.from_ical(file.read())
zone = sys.argv[2]
events = [
    {
        "uid": str(event["UID"]),
        "stamp": moment(event, "DTSTAMP", "UTC"),
        "sequence": int(event["SEQUENCE"]),
        "status": str(event["STATUS"]),
        "start": moment(event, "DTSTART", zone),
        "end": moment(event, "DTEND", zone),
        "summary": str(event["SUMMARY"]),
        "errors": [str(error) for error in event.errors],
    }
    for event in calendar.walk("VEVENT")
]
found = {
    "version": str(calendar["VERSION"]),
    "prodid": str(calendar["PRODID"]),
    "method": str(calendar["METHOD"]),
    "errors": [str(error) for error in calendar.errors],
    "events": events,
}
print(json.dumps(found))
