### What everybody may hear of a maintenance window: what it means for a customer's site first, plain, no
### end that cannot be kept.
###
### $title is what is done, in staff's words; $servers are public names; $start, $end and $when are
### moments with their zone. The short forms are for destinations where the long ones do not fit.

window-span = { $start } to { $end }

# More public words, where staff gave none.
window-words = Websites there may be slow or not load for some of that time.

window-news-scheduled = Planned maintenance on { $servers }: { $title }. It takes place from { $when }. { $words }
# The same, where it is to end an incident.
window-news-scheduled-to-mend = To end this trouble there is maintenance on { $servers }: { $title }. It takes place from { $when }. { $words }
window-news-reminder = Reminder: maintenance on { $servers } ({ $title }) takes place from { $when }. { $words }
window-news-started = Maintenance on { $servers } has begun: { $title }. It should be over by { $end }. { $words }
window-news-moved = The maintenance on { $servers } ({ $title }) is moved: it now takes place from { $when }.
window-news-extended = The maintenance on { $servers } ({ $title }) takes longer. It should be over by { $end }.
window-news-delayed = The maintenance on { $servers } ({ $title }) takes longer than planned. We tell you how it stands by { $end }.
window-news-verifying = The time of the maintenance on { $servers } ({ $title }) is over. We are checking that everything works.
window-news-completed = The maintenance on { $servers } ({ $title }) is complete.
window-news-cancelled = The maintenance on { $servers } ({ $title }) is cancelled.

window-short-scheduled = Planned maintenance on { $servers }: { $start } to { $end }.
window-short-moved = The maintenance on { $servers } has a new time: { $start } to { $end }.
window-short-reminder = Reminder: maintenance on { $servers }, { $start } to { $end }.
window-short-started = The maintenance on { $servers } has begun. It is planned to last until { $end }.
window-short-extended = The maintenance on { $servers } takes longer than planned. Its end is now planned for { $end }.
window-short-delayed = The maintenance on { $servers } takes longer than planned. We tell you how it stands by { $end }.
window-short-verifying = The work on { $servers } is done. We are checking that everything works.
window-short-completed = The maintenance on { $servers } is complete. If your website still fails, please tell us.
window-short-cancelled = The maintenance on { $servers } that was planned for { $start } will not take place.
