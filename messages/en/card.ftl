### What staff read on an incident's card, and on the chart in it.

## The chart

chart-title = Checks that fail, over { $minutes } minutes
chart-reports = Reports per minute
chart-more = and { $count ->
    [one] 1 more server
   *[other] { $count } more servers
}
chart-nothing = Nothing was measured
chart-alt = Share of failing checks from { $from } to { $until }: { $servers }. { $reports ->
    [0] No reports.
    [one] 1 report.
   *[other] { $reports } reports.
}
chart-alt-server = { $server } { $now } at the end (at most { $most })
chart-alt-server-unmeasured = { $server } not measured
