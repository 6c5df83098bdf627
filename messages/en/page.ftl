### The status page and the report form.

## Every page

page-title = { $name } status
page-skip = Skip to the content
page-home = Current status
page-history-link = Past incidents
page-report-link = Report a problem
page-subscribe-link = Get updates by e-mail
page-as-of = As of { $time }. This page refreshes by itself every minute.
page-as-of-still = As of { $time }.
page-times-in = All times are { $zone } time.
page-old = This page may be out of date. It shows the state as of { $time }; nothing newer has reached it since.
page-footer = Is something wrong with your site that you don’t see here?

## Status words

page-status-operational = Operational
page-status-under-maintenance = Under maintenance
page-status-degraded-performance = Slow or unreliable
page-status-partial-outage = Partial outage
page-status-major-outage = Major outage

page-overall-operational = All systems are working
page-overall-watching = Working, and being watched closely
page-overall-under-maintenance = Planned maintenance is under way
page-overall-degraded-performance = Some sites are slow or unreliable
page-overall-partial-outage = Some sites are unavailable
page-overall-major-outage = Sites are down

page-state-investigating = Investigating
page-state-identified = Cause found
page-state-monitoring = Working again, being watched
page-state-resolved = Resolved
page-state-false-alarm = False alarm

page-kind-investigating = Investigating
page-kind-holding = Investigating
page-kind-identified = Cause found
page-kind-update = Update
page-kind-monitoring = Working again, being watched
page-kind-resolved = Resolved
page-kind-false-alarm = Correction
page-kind-post-mortem = Afterwards: what happened

## Incidents

page-open-heading = Happening now
page-affects = Affects { $servers }
page-affects-others = Affects some of our servers
page-other-servers = other servers
page-started = Since { $time }
page-ended = { $start } to { $end } ({ $span })
page-ended-still = Since { $start }
page-next-update = Next update by { $time }
page-next-update-late = An update was due at { $time }. We are late with it.
page-updates-heading = Updates, newest first
page-all-updates = All updates
page-resolved-heading = Recently resolved
page-resolved-none = { $days ->
    [one] No incidents in the last day.
   *[other] No incidents in the last { $days } days.
}

page-history-title = Past incidents
page-history-intro = { $days ->
    [one] The last day.
   *[other] The last { $days } days.
}

## Maintenance

page-maintenance-link = Maintenance
page-maintenance-title = Maintenance
page-maintenance-heading = Planned work
page-maintenance-intro = What is planned, what is under way, and what was done lately.
page-maintenance-calendar = As a calendar
page-maintenance-none = No maintenance is planned.
page-maintenance-over = Over
page-maintenance-when = { $start } to { $end }
page-window-scheduled = Planned
page-window-in-progress = Under way
page-window-verifying = Being checked
page-window-completed = Completed
page-window-cancelled = Cancelled
page-news-scheduled = Announced
page-news-reminder = Reminder
page-news-started = Begun
page-news-moved = Moved
page-news-extended = Takes longer
page-news-delayed = Takes longer
page-news-verifying = Being checked
page-news-completed = Completed
page-news-cancelled = Cancelled
# The calendar's own name, and what its events are called.
page-calendar-name = { $name } maintenance
page-calendar-event = Maintenance: { $title }

## Servers

page-servers-heading = Servers
page-server-hosting = Web hosting
page-server-others = Other servers
page-servers-working = { $count ->
    [one] 1 server working normally
   *[other] { $count } servers working normally
}
page-strip = The last 24 hours: { $story }
page-strip-all = { $status } all the time
page-strip-part = { $status } from { $start } to { $end }
page-strip-now = { $status } since { $start }
page-strip-else = otherwise { $status }
page-strip-start = 24 hours ago
page-strip-end = now

## When there is nothing to show

page-missing-title = There is no such page
page-missing-text = It may be mistyped, or the incident was so long ago that it is no longer listed.
