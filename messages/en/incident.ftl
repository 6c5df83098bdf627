### What the engine tells staff: explanations, proposals, answers, the timeline.

## Explanations for staff

explain = { $rates }{ $people }; since about { $since }. { $cause }{ $excluded }{ $alternatives }{ $apart }{ $map }
explain-reported = { $reports }; since about { $since }; probes see nothing. { $cause }{ $alternatives }{ $apart }

explain-rate = { $server } { $loss } of { $checks } checks bad (normally { $normal })
explain-rates-more = { $rates } and { $count } more
explain-people = ; { $reports }
explain-reports = { $people ->
    [one] 1 person reported { $list }
   *[other] { $people } people reported { $list }
}
explain-reports-server = { $server } ({ $people })
explain-cause-server = It is most likely { $name } itself ({ $probability }).
explain-cause-shared = They share { $names } ({ $probability }).
explain-cause-one = It is most likely { $names } ({ $probability }).
explain-component = { $name } ({ $kind })
explain-excluded = {" "}Healthy: { $list }.
explain-excluded-server = { $server } { $failed } of { $checks } failed
explain-alternatives = {" "}Else: { $list }.
explain-alternative = { $name } { $probability }
explain-nothing = nothing at all
explain-map = {" "}{ $server } and { $names } began to fail together: check in the fleet file whether { $server } depends on { $names }.
explain-apart = {" "}No probe can tell { $names } apart; one of a server behind only one of them would.

kind = { $kind ->
    [provider] provider
    [datacenter] data centre
    [network] network
    [rack] rack
    [hypervisor] hypervisor
    [database] database
    [dns] name service
    [mail] mail
    [server] server
    [monitor] our own monitoring
   *[other] component
}

evidence-row = { $server }: { $bad } of { $checks } checks bad ({ $failed } failed, { $slow } slow), normally { $normal }{ $people }
evidence-row-people = { $people ->
    [0] {""}
    [one] , 1 person reported it
   *[other] , { $people } people reported it
}

heads-up = { $people ->
    [one] 1 person
   *[other] { $people } people
}, { $count ->
    [one] 1 server
   *[other] { $count } servers
} ({ $servers }){ $shared }; { $failed ->
    [0] probes see nothing yet
    [one] 1 check failed
   *[other] { $failed } checks failed
}.
heads-up-shared = , all behind { $names }

## To staff

staff-proposal =
    Incident { $incident }: { $title }
    { $explanation }

    Draft { $draft } ({ $kind }), not published yet:
    “{ $text }”
staff-proposal-recovery =
    Incident { $incident }: { $title }
    { $reason }

    Draft { $draft } ({ $kind }), not published yet:
    “{ $text }”
# Under the words where nothing can be pressed.
staff-draft-commands = draft publish { $draft } | draft edit { $draft } "your words" | draft wait { $draft } 15m | draft dismiss { $draft }
staff-proposal-commands =
    { staff-draft-commands }
    Not an incident: incident false-alarm { $incident }
staff-quiet-commands =
    { staff-draft-commands }
    Without a word: incident resolve { $incident }
staff-stale-commands = draft publish { $draft } --revision { $revision } | draft edit { $draft } "your words" | draft dismiss { $draft }
# What else is to be known of how a draft leaves: a picture, and what a post costs ($cost in dollars).
plan-picture-perhaps = A chart of the failed checks goes along to { $destinations }, if there is anything in it by then.
plan-picture = A chart of the failed checks goes along to { $destinations }.
plan-picture-told = A chart of the failed checks goes along to { $destinations }. For who cannot see it: “{ $alt }”
plan-cost = { $destination }: this post costs ${ $cost }{ $link ->
    [yes] , as it has a link
   *[no] , without a link
}.

# How a draft's words leave in other languages; $languages is a list of them.
elsewhere-bot = In { $languages }: the bot’s own words for the same facts.
elsewhere-quoted = In { $languages }: a sentence of the bot’s, then these words as they are. To put in your own: draft edit, with --language.
elsewhere-person = In { $languages }: words that staff put in.
elsewhere-wording = { $language }: “{ $text }”
recovering = The affected servers look well again; the evidence is not yet certain.
recovered = The affected servers are well again, and the suspicion is cleared.
recovered-quietly = The affected servers are well again, and the suspicion is cleared. Nothing was published: it can end without a word.
promised = An update is promised by { $time }. This draft says that there is nothing new.
promised-cause = An update is promised by { $time }, and the evidence names the cause. Please check this draft before it goes out.
staff-opened-by-hand = Opened by { $by }.
staff-changed =
    Incident { $incident }: { $title }
    { $explanation }
staff-cleared = Suspicion { $suspicion } is over: the evidence is gone.
staff-merged = Suspicion { $suspicion } is explained by suspicion { $into } as well; it goes on there.
staff-stale =
    Draft { $draft } is stale: { $changed }
    Newest words (revision { $revision }):
    “{ $text }”
staff-waited =
    Draft { $draft } has waited as you asked:
    “{ $text }”
staff-post-mortem = It is over, and { $by } wrote what happened.
staff-reopened = It is back within the hour: the incident is open again.
staff-held = Nobody answered draft { $draft } in time, so the holding statement was published by policy.holding_after. The draft still waits.
staff-blind = Our own vantage “{ $vantage }” is failing: what it measures is not evidence until it has recovered. Nothing is said about the fleet.
staff-sees = Our own vantage “{ $vantage }” works again.
staff-heads-up = Heads-up, below the alarm: { $explanation }
staff-report-unknown = Report { $report } from { $source } names no domain of ours, so it counts for no server: { $words }
staff-report-unconfirmed = Report { $report } from { $source }{ $server } is not confirmed, so it does not count as evidence: { $words }
# Where nothing can be pressed.
staff-report-commands = reports assign { $report } SERVER | reports dismiss { $report }
staff-report-about = {" "}about { $server }
staff-report-many = More such reports are coming in than are shown here: the list of reports has them all.
staff-failed = Not delivered to { $destination } ({ $subject }): { $reason }. It will not be tried again.
staff-unresolved = This may or may not stand at { $destination } ({ $subject }): { $reason }. Please look there.
staff-remark = Delivered to { $destination } ({ $subject }), though not quite as was asked: { $reason }.
staff-paused = { $destination } takes no posts for now ({ $reason }). Nothing is lost: the next try is at { $time }, and tries go on. This is told once.
staff-failed-more = Further failures there are not told for 10 minutes: see “deliveries”.
staff-card-gone = The message with this draft was deleted in { $destination }, so here it is again.
staff-gone = Suspicion { $suspicion } ends: the configuration no longer has anything that measures it.
staff-gone-open = Suspicion { $suspicion } ends: the configuration no longer has anything that measures it. Incident { $incident } stays open and is yours: nothing will say by itself that it is over.
staff-removed = The fleet file no longer has { $servers }: open incidents go on without them.

## The configuration was read again

reload-refused =
    The configuration was read again, asked by { $by }, and cannot be used; the one before stays in force:
    { $problems }
reload-more = … and { $count } more
reload-unchanged = The configuration was read again, asked by { $by }: nothing has changed.
reload-taken = The configuration was read again, asked by { $by }: { $changes }.
reload-next-start = At the next start, and not before, these follow too: { $keys }.
reload-named = { $kind ->
    [component] { $count ->
        [one] component
       *[other] components
    }
    [server] { $count ->
        [one] server
       *[other] servers
    }
    [probe] { $count ->
        [one] probe
       *[other] probes
    }
   *[destination] { $count ->
        [one] destination
       *[other] destinations
    }
} { $names } { $change ->
    [added] added
    [removed] removed
   *[changed] changed
}
reload-domains = { $count ->
    [one] 1 domain
   *[other] { $count } domains
} { $change ->
    [added] added
    [removed] removed
   *[moved] moved to another server
}
reply-no-reload = Only a running bot can read its configuration again.
reload-keys = { $keys } changed

reminder = Incident { $incident } ({ $title }): the next update is promised by { $time }.
reminder-overdue = Incident { $incident } ({ $title }): the update promised by { $time } is overdue.

changed-servers = the servers are now { $after } (before: { $before })
changed-cause = the cause is now { $after } (before: { $before })
changed-cause-gone = nothing is suspected any more
changed-impact = the impact is now { $after } (before: { $before })
changed-no-servers = none
changed-and = { $first }; { $next }
changed = { $changes }.

impact = { $impact ->
    [none] none
    [minor] minor
    [major] major
   *[critical] critical
}

## Answers to commands

reply-not-allowed = “{ $command }” is for { $role } and above.
reply-no-incident = There is no incident { $id }.
reply-no-draft = There is no draft { $id }.
reply-no-report = There is no report { $id }.
reply-no-server = There is no server { $id }.
reply-no-servers = There are no such servers: { $ids }.
reply-post-mortem-early = Incident { $id } is still open: first say that it is over, with “incident resolve { $id }”.
reply-post-mortem-unheard = The public never heard of incident { $id }, so there is no thread to tell in what happened.
reply-incident-ended = Incident { $id } has ended already ({ $state }).
reply-several-open = Several incidents are open ({ $ids }): say which with --incident.
reply-opened =
    Incident { $id } is open. Draft { $draft } waits: “{ $text }”
    draft publish { $draft }
reply-drafted = Draft { $draft } waits: draft publish { $draft }
reply-drafted-words =
    Draft { $draft } waits: “{ $text }”
    draft publish { $draft }
upstream-said = { $who } said: “{ $words }”
reply-published = Published as update { $revision } of incident { $id }, to { $count ->
    [0] no destination but the status page
    [one] 1 destination
   *[other] { $count } destinations
}.
reply-resolved-quietly = Incident { $id } is resolved. Nothing had been published, so nothing was said.
reply-false-alarm-quietly = Incident { $id } is closed as a false alarm. Nothing had been published, so nothing was said.
reply-draft-stale =
    Draft { $draft } was not published: since you were shown it, { $changed }
    Newest words (revision { $revision }):
    “{ $text }”
    draft publish { $draft } --revision { $revision }
reply-draft-revision = Draft { $draft } is now at revision { $revision }: “{ $text }”
reply-draft-published = Draft { $draft } was published already, by { $by } at { $time }.
reply-draft-dismissed = Draft { $draft } was dismissed by { $by }.
reply-not-as-seen =
    Incident { $id } is no longer as you saw it, so nothing was done. It is { $state } now (impact { $impact }), with { $servers ->
        [one] 1 server
       *[other] { $servers } servers
    } and { $updates ->
        [0] nothing published
        [one] 1 update published
       *[other] { $updates } updates published
    }.
reply-draft-superseded = Draft { $draft } gave way to a newer one: see “draft list”.
reply-no-readers = No destination for the public or for reporters is in “{ $language }”: nobody would read these words.
reply-edited = Draft { $draft } is now revision { $revision }: draft publish { $draft }
reply-dismissed = Draft { $draft } is dismissed.
reply-waits = You will be asked about draft { $draft } again at { $time }.
reply-assigned = Report { $report } is now about { $server }{ $counted ->
    [yes] {" "}and counts as evidence.
   *[no] . It is no new evidence: its author already counted in the last six hours, or it is old.
}
reply-report-dismissed = Report { $report } is dismissed.
reply-delete = The post at { $destination } ({ $subject }) is being deleted.
reply-delete-cannot = Posts at { $destination } cannot be deleted from here.
reply-delete-gone = The post at { $destination } ({ $subject }) is deleted already.
reply-delete-not-public = Only public posts can be deleted.
reply-delete-not-there = The post at { $destination } ({ $subject }) has not arrived: there is nothing to delete.
timeline-taken-back = Has the post at { $destination } ({ $subject }) deleted.
reply-retry = { $destination } ({ $subject }) is tried again.
reply-retry-looks = { $destination } ({ $subject }) may stand there already: it is looked up, and sent again only if it is not there. If you looked and it is not: retry { $post } --not-there
reply-retry-arrived = { $destination } ({ $subject }) has arrived: there is nothing to try again.
reply-retry-superseded = { $destination } ({ $subject }) gave way to a newer update: old news is not sent after it.
reply-retry-waits = { $destination } ({ $subject }) is being tried as it is: there is nothing to do.
reply-no-post = There is no post { $post } that I still know.
reply-posts-several = Several posts begin with { $post }: please type more of it.
reply-kept = Kept in the timeline of incident { $id }.
reply-kept-diary = Kept; no incident is open.

## Answers to questions

answer-incident = { $id } { $state }, { $impact }: { $title }
answer-no-incidents = There are no incidents.
answer-never-published = Nothing has been published.
answer-draft = Draft { $draft } of incident { $incident } ({ $kind }, revision { $revision }, by { $by }): “{ $text }”
answer-draft-stale = Stale: { $changed }
answer-draft-by-bot = the bot
answer-no-drafts = No draft waits.
answer-no-reports = There are no reports.
answer-report = { $report } { $time }, { $source }: { $about } ({ $standing }) { $words }
answer-report-no-server = no server known
answer-report-counted = counts as evidence
answer-report-waits = waits for a server
answer-report-dismissed = dismissed
answer-report-repeat = a repeat
answer-report-unconfirmed = not confirmed
answer-report-no-evidence = is no evidence
answer-no-suspicions = Nothing is suspected.
answer-suspicion = Suspicion { $id }: { $explanation }
answer-blind = Our own vantage “{ $vantage }” is failing; it is no evidence.
answer-no-deliveries = Every post has arrived.
answer-delivery = { $time } { $destination } { $subject }: { $standing }

receipt-due = waits to be sent
receipt-sending = is being sent (attempt { $attempt })
receipt-sent = arrived{ $link }
receipt-retry = is tried again after { $time }: { $reason }
receipt-unknown = may have arrived and is looked up: { $reason }
receipt-unresolved = may have arrived, nobody can tell: { $reason }
receipt-superseded = gave way to a newer update, unsent
receipt-gone = was deleted there
receipt-failed = did not arrive: { $reason }

## Staff's thread about an incident, where a chat has threads

# At most 100 characters; the rest is cut off.
thread-name = Incident { $incident }: { $title }
thread-entry = { $by }: { $text }
thread-end = { $state ->
    [resolved] It is over.
   *[false_alarm] It was a false alarm.
}

## Timeline

timeline-title = Incident { $id }: { $title }
timeline-summary = { $state }, impact { $impact }, from { $since }{ $until }.
timeline-until = {" "}to { $time }
timeline-heading-time = Time
timeline-heading-what = What happened
timeline-left-out = { $count } further moments were too many to keep.
timeline-suspected = Suspicion { $suspicion }: { $explanation }
timeline-cleared = Suspicion { $suspicion } was cleared.
timeline-merged = Suspicion { $suspicion } was taken into suspicion { $into }.
timeline-state = State { $state }, impact { $impact }.
timeline-state-reopened = Opened again: state { $state }, impact { $impact }.
timeline-servers = Servers: { $servers }.
timeline-drafted = Draft { $draft }, revision { $revision } ({ $kind }).
timeline-stale = Draft { $draft } became stale: { $changed }
timeline-draft-dismissed = Draft { $draft } was dismissed.
timeline-draft-superseded = Draft { $draft } gave way to a newer one.
timeline-waits = Draft { $draft } was put off until { $time }.
timeline-update = Published update { $revision } ({ $kind }): “{ $text }”
timeline-posted = Post to { $destination }.
timeline-posted-again = Post to { $destination }, once more.
timeline-mailed = Update { $revision } went to { $sent ->
    [one] one subscriber
   *[other] { $sent } subscribers
} by { $destination }{ $failed ->
    [0] .
    [one] ; one could not be reached.
   *[other] ; { $failed } could not be reached.
}
timeline-delivery = { $destination }: { $standing }.
timeline-reported = Report { $report } about { $server }{ $counted ->
    [yes] .
   *[no] , no new evidence.
} { $words }
timeline-assigned = Report { $report } was put to { $server }.
timeline-report-dismissed = Report { $report } was dismissed.
timeline-tried = Tried: { $text }
timeline-upstream = { $text }
timeline-note = Note: { $text }
timeline-reminded = Reminder: { $text }
