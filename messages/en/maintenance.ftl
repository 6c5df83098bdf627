### Maintenance windows: what staff are asked and answered. What followers read stands in
### maintenance-public.ftl.

## Times

window-span = { $start } to { $end }

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
staff-window-followed = Maintenance { $window } ({ $title }) goes with the provider's notice, as policy follow_notices says: { $state }, { $when }. Followers were told.
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
window-other-time =
    Nothing speaks against { $time }: maintenance move { $window } { $local }
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
answer-window-incident = It is to end incident { $incident }.
answer-window-notice = It was made from notice { $notice } of the provider.
answer-window-news = { $time } { $by }: “{ $text }”
answer-suspicion-held = It is put down to maintenance { $window }: no alarm while that lasts.
answer-window-held = Put down to the work: { $explanation }
# What a customer reads.
answer-window-public = { $title }: { $when } ({ $state }). { $text }
