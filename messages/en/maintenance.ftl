### Maintenance windows: what staff are asked and answered. What followers read stands in
### maintenance-public.ftl.

## Times

window-span = { $start } to { $end }

# $rule is a recurrence rule as it was typed; $next is the next time in $zone that has no window yet.
window-series = { $is-over ->
    [yes] It came again by { $rule }, and no more.
   *[no] It comes again by { $rule }, next on { $next } ({ $zone }).
}{ $has-days ->
    [yes] {" "}Left out: { $days }.
   *[no] {""}
}

## To staff

window-state = { $state ->
    [scheduled] scheduled
    [in_progress] in progress
    [verifying] being checked
    [completed] completed
   *[cancelled] cancelled
}

staff-window =
    Maintenance { $window }: { $title } ({ $servers }), not announced yet:
    “{ $text }”
staff-window-commands = maintenance publish { $window } --revision { $revision } | maintenance words { $window } "more public words" | maintenance move { $window } START | maintenance cancel { $window }
staff-window-incident = Its words go out as updates of incident { $incident }.
staff-window-draft-begins = The work that the provider announced as maintenance { $window } ({ $title }) should begin now, and nobody has announced it. Nothing is told of it, and no trouble is put down to it, until you publish it.
staff-window-draft-over = Maintenance { $window } ({ $title }) was never announced, and its time has passed: it is laid aside.
staff-window-withdrawn = The provider's work of maintenance { $window } ({ $title }) is off, or over, and nothing was announced of it: it is laid aside.
staff-window-followed = Maintenance { $window } ({ $title }) goes with the provider's notice, as policy follow_notices says: { $state }, { $when }. { $told ->
    [yes] Followers were told.
   *[no] Followers were told nothing of it.
}
staff-window-notice = { $provider } has changed notice { $notice }, which maintenance { $window } ({ $title }, { $when }) was made from: { $change }{ $by_hand ->
    [yes] {" "}Somebody has changed this maintenance by hand, so it stays as it is unless you say otherwise.
   *[no] {""}
}
staff-window-notice-commands = upstream window { $notice } --revision { $revision }
window-notice-change = { $what ->
    [times] it now takes place { $when }.
    [end] it now ends { $when }.
    [begin] it has begun already ({ $when }).
    [finish] the work is over.
   *[withdraw] it does not take place.
}
staff-window-unannounced = Maintenance { $window } has begun and was never announced. Nothing is told of it until you publish it.
staff-window-ending = Maintenance { $window } ({ $title }) is promised to be over by { $time }. { $standing }
staff-window-delayed = Nobody said how maintenance { $window } stands, so followers were told by policy.maintenance that it takes longer, until { $time }. { $standing }
staff-window-fails = Maintenance { $window } ({ $title }) is over, and all is not well. { $standing } From now on this is an alarm as ever.
staff-window-unmeasured = Maintenance { $window } ({ $title }) is over. { $standing } Please look yourself, and complete it when all is well.
staff-series-collides = Maintenance { $window } ({ $title }) comes again, { $when }, and something speaks against it, so it is not announced by itself.
staff-series-unclear =
    The work “{ $title }” comes again by { $rule }, and its next time is no one moment, so it is not planned. { $question }
staff-series-choice = maintenance schedule { $targets } { $start } { $span } "{ $title }"{ $words } --zone { $zone }
staff-series-missed = The work “{ $title }” would have come again { $count ->
    [one] once
   *[other] { $count } times
} while nobody could be told. { $count ->
    [one] That one was
   *[other] These were
} passed over.
staff-series-full = The work “{ $title }” should come again on { $local }, but too many windows are open, so it is not planned. Please cancel some, and schedule it.
staff-series-no-servers = The work “{ $title }” comes again by { $rule }, but no server hangs on what it names any more. It is over.
staff-busy-marks = The calendar “{ $calendar }” of busy times was read: { $count ->
    [one] 1 time
   *[other] { $count } times
}.{ $unread ->
    [0] {""}
    [one] {" "}1 entry could not be read in full.
   *[other] {" "}{ $unread } entries could not be read in full.
}{ $left-out ->
    [0] {""}
    [one] {" "}1 more is one too many and is not kept.
   *[other] {" "}{ $left-out } more are too many and are not kept.
}{ $has-assumed ->
    [yes] {" "}Taken for granted: { $assumed }.
   *[no] {""}
}
staff-busy-collides =
    The calendar “{ $calendar }” of busy times has changed, and meets planned maintenance:
    { $list }{ $more ->
    [0] {""}
    [one] {" "}(and 1 more window)
   *[other] {" "}(and { $more } more windows)
}
staff-busy-collision = Maintenance { $window } ({ $title }), { $when }: { $reason }
calendar-unreadable = The calendar “{ $calendar }” of busy times cannot be read: { $reason }. What it said before holds; it is asked again more and more slowly.
# Nothing came of it since the bot began with it; what an earlier run read of it is still known.
calendar-never-read = The calendar “{ $calendar }” of busy times cannot be read: { $reason }. I have not read it since I started or it was configured: please look whether its path or address is right. It is asked again more and more slowly.
# What can be typed under these.
staff-window-end-commands = maintenance extend { $window } 30m | maintenance complete { $window }
window-probes-well = All probes of its servers are good.
window-probes-bad = Probes of { $servers } are not good yet.
window-probes-none = No probe measures its servers.
window-mended = The maintenance that was to end it is complete, and the probes agree.

## Answers to commands

reply-no-window = There is no maintenance { $window }.
reply-no-notice = There is no notice { $notice }: upstream notices
reply-notice-revision = Notice { $notice } has changed since, and is now at revision { $revision }: { $row }
reply-window-state = Maintenance { $window } is { $state }.
reply-window-no-targets = There are no such servers or components: { $ids }.
reply-window-no-servers = No server hangs on { $ids }.
reply-windows-many = More than { $max } windows are open: please cancel some first.
reply-window-past = { $time } has passed.
reply-window-far = That is more than two years ahead.
reply-window-skipped =
    Clocks in { $zone } never show { $local }: they are set forward over it. Which one is meant?
    { $one } is { $one-time }
    { $other } is { $other-time }
reply-window-twice =
    Clocks in { $zone } show { $local } twice: they are set back. Which one is meant?
    { $one } is { $one-time }
    { $other } is { $other-time }
reply-window-scheduled =
    Maintenance { $window } ({ $title }) is planned from { $when }. It covers { $servers }. Nothing is announced yet:
    “{ $text }”
    maintenance publish { $window } --revision { $revision }
window-warning-overlap = Note: it overlaps maintenance { $window } ({ $title }), { $when }.
window-warning-blackout = Note: no work should be done then: { $reason }.
window-warning-notice = Note: that is short notice; customers should know { $notice } ahead.
window-warning-more = Note: { $count ->
    [one] 1 more thing speaks
   *[other] { $count } more things speak
} against that time.
window-other-time =
    Nothing speaks against { $time }: maintenance move { $window } { $local }
reply-series-incident = Work that comes again cannot be to end an incident: leave --repeat or --incident out.
reply-series-many = More than { $max } series are open: please cancel some first (maintenance cancel ID --following).
reply-series-never = The rule { $rule } never falls on a day within ten years of { $day }.
reply-series-first = The rule { $rule } does not fall on { $day }; the first day after it is { $next }. Begin on a day of the rule, or change the rule.
reply-series-left-out = { $day } is the first day and is left out. Begin on the first day that it takes place.
reply-series-long = It would begin again before it is over. Choose a shorter length, or a rule that falls less often.
reply-series-no-day = { $day } is no day after { $after } on which { $rule } falls. A window that is planned already is cancelled by its number.
reply-series-except-many = More than { $max } days are left out.
reply-series-unclear = Clocks in { $zone } skip { $local } or show it twice: you will be asked which moment is meant.
reply-series-notice = Note: each one is announced { $ahead } before it begins at the earliest, once the one before it has begun; customers should know { $notice } ahead.
reply-series-approved = Those that follow are announced by themselves, unless something speaks against their time.
reply-series-later = Maintenance { $later } follows maintenance { $window } and is planned already: change that one.
reply-series-cancelled = Maintenance { $window } is cancelled, and nothing follows it.
reply-series-ended = Nothing follows maintenance { $window } any more. It is { $state } itself, and stays so.
reply-series-moved = What follows maintenance { $window } begins anew.
reply-series-worded = Maintenance { $window } has your words, and those that follow it have them too.
reply-series-over = The series of maintenance { $window } is over.
reply-no-series = Maintenance { $window } is not part of a series.
reply-window-moved-following = Maintenance { $window } is now { $when }; those that follow it have its new time.
reply-window-announced = Maintenance { $window } was announced already, by { $by } at { $time }.
reply-window-revision = Maintenance { $window } is now at revision { $revision }: “{ $text }”
reply-window-published = Announced maintenance { $window }, to { $count ->
    [0] no destination but the status page
    [one] 1 destination
   *[other] { $count } destinations
}.
reply-window-told = Followers were told, at { $count ->
    [0] no destination but the status page
    [one] 1 destination
   *[other] { $count } destinations
}.
reply-window-untold = It is not announced: maintenance publish { $window }
reply-window-worded = Maintenance { $window } has your words.
reply-window-started = Maintenance { $window } has begun: { $when }.
reply-window-extended = Maintenance { $window } is now { $when }.
reply-window-moved = Maintenance { $window } is now { $when }.
reply-window-verifying = The work of maintenance { $window } is over. Probes are asked whether all is well.
reply-window-completed = Maintenance { $window } is completed.
reply-window-cancelled = Maintenance { $window } is cancelled.

## Answers to questions

answer-no-windows = No maintenance is planned.
answer-window = { $window } { $state }: { $title } ({ $servers }), { $when }{ $announced ->
    [yes] {""}
   *[no] , not announced
}
# $series says when it comes again; $window is the latest window, by which the series is changed.
answer-series = “{ $title }”: { $series } To end it: maintenance cancel { $window } --following
answer-window-incident = It is to end incident { $incident }.
answer-window-notice = It was made from notice { $notice } of the provider.
answer-window-news = { $time } { $by }: “{ $text }”
answer-suspicion-held = It is put down to maintenance { $window }: no alarm while that lasts.
answer-window-held = Put down to the work: { $explanation }
# What a customer reads.
answer-window-public = { $title }: { $when } ({ $state }). { $text }
