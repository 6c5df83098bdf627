### What staff read on an incident's card, and on the chart in it.

## The chart

chart-alt = Share of failing checks from { $from } to { $until }: { $servers }. { $reports ->
    [0] No reports.
    [one] 1 report.
   *[other] { $reports } reports.
}

## The card. What is in { } is harmless already; the rest may be Discord's markdown.

card-title = Incident { $incident }: { $title }
card-footer = /incident show { $incident } tells the whole story
card-state = **{ card-state-word }** · impact { $impact } · since { $since } ({ $ago })
card-state-ended = **{ card-state-word }** at { $ended } · impact { $impact } · from { $since }
card-state-ended-by = **{ card-state-word }** at { $ended } by { $by } · impact { $impact } · from { $since }
card-state-word = { $state ->
    [investigating] Investigating
    [identified] Identified
    [monitoring] Monitoring
    [resolved] Resolved
   *[false_alarm] False alarm
}
card-servers = Servers: { $servers }
card-cause = **{ $cause }**
card-no-cause = Nothing is suspected: it was opened by hand.
card-over = The evidence is gone: it looks well again.
card-evidence = • { $row }
card-evidence-more = • and { $count } more
# What a provider said last; the second where it sees nothing wrong and we measure that it is.
card-said = The provider, { $at }: { $text }
card-said-against = **The provider says otherwise**, { $at }: { $text }
card-dropped = Draft { $draft } was dismissed by { $by }.
card-the-bot = the bot
card-goes-on = Incident { $incident }, { $title }: goes on below. { $link }

# Names of boxes on the card: at most 100 characters.
card-draft = Draft { $draft }, revision { $revision } ({ $kind }): not published yet
card-update = Update { $revision } ({ $kind })

card-draft-stale = ⚠️ New since you last looked: { $changed }
card-draft-by = Words by { $by }
card-draft-waits = Put off until { $until }
card-draft-also = Also waiting: draft { $drafts }
card-update-by = Published by { $by }, { $at }
card-update-policy = Published by the standing policy { $by }, { $at }

# A line a destination.
card-receipts-none = It went to the status page alone.
card-receipts-more = … and { $count } more
card-receipt-passed-on = { $destination } (passed on to followers)
card-receipt-waits = ⏳ { $destination }
card-receipt-retry = ⏳ { $destination }: tried again { $time } ({ $reason })
card-receipt-unknown = ⏳ { $destination }: may have arrived, being looked up ({ $reason })
card-receipt-sent = ✅ { $destination }
card-receipt-sent-link = ✅ [{ $destination }]({ $link })
card-receipt-failed = ⚠️ { $destination }: { $reason }
card-receipt-unresolved = ❔ { $destination }: may have been posted, please look there ({ $reason })
card-receipt-unresolved-link = ❔ { $destination }: may have been posted, please [look there]({ $link }) ({ $reason })
card-receipt-superseded = ⏭️ { $destination }: a newer update went instead
card-receipt-gone = ✅ { $destination }, deleted there since
