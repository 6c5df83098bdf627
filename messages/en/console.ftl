### What the console shows around posts and questions.

## One line for each decision: `bellwether replay --format text`

tell-line = { $time }  { $what }
tell-suspicion = suspicion { $id }: { $text }
tell-suspicion-cleared = suspicion { $id } cleared
tell-suspicion-merged = suspicion { $id } is now part of suspicion { $into }
tell-suspicion-held = Suspicion { $id } is put down to maintenance { $window }.
tell-suspicion-released = Suspicion { $id } is no longer put down to any maintenance.
tell-window = Maintenance { $id } is { $state }: { $title }
tell-series = Series { $id } ({ $title }, { $rule }), next: { $next }
tell-announcement = Maintenance { $id }, announced by { $by } ({ $news }): “{ $text }”
tell-window-fails = Maintenance { $id } is over, and servers still fail: { $servers }.
tell-heads-up = heads-up: { $text }
tell-monitor-blind = vantage { $vantage } is failing; its results are set aside
tell-monitor-recovered = vantage { $vantage } works again
tell-incident = incident { $id } { $state }, impact { $impact }: { $title }
tell-draft = draft { $id } of incident { $incident } ({ $kind }): { $text }
tell-draft-stale = draft { $id } is out of date: { $text }
tell-draft-closed = draft { $id } is closed
tell-draft-waits = draft { $id } waits until { $until } ({ $by })
tell-update = published for incident { $incident } by { $by } ({ $kind }): { $text }
tell-post-again = { $by }: post { $post } is tried again
tell-post = to { $destination }: { $text }
tell-report-filed = report { $report } filed
tell-report-filed-server = report { $report } filed for { $server }
tell-report-settled = report { $report } settled by { $by }
tell-timeline = { $by }: { $text }
tell-reply = answer: { $text }
tell-reminder = reminder: { $text }
tell-upstream = notice { $id } of { $provider } ({ $status }): { $text }
tell-notice = notice: { $text }
tell-subscription = { $person } hears of: { $topics }
tell-subscription-wanted = { $person } is asked to confirm: { $topics }
tell-subscription-suspended = nothing more is written to { $person }: it came back
tell-subscription-ended = { $person } hears of nothing more
tell-mailing = mailing { $id } to { $destination }: { $text }
tell-mailing-page = a page of mailing { $id } is written
tell-summary = { $events } events, { $rejected } rejected, { $incidents } incidents, { $posts } posts

## Permission

console-role-too-low = “{ $command }” is for { $needed }; you are { $role }.

## A busy moment

console-answer-late = Taken down (entry { $seq }), but not carried out yet; see “incident list” in a moment.
