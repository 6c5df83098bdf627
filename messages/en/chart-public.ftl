### The chart of an incident: on staff's cards, and as a picture beside public updates.

chart-title = Checks that fail, over { $minutes } minutes
chart-reports = Reports per minute
chart-more = and { $count ->
    [one] 1 more server
   *[other] { $count } more servers
}
chart-nothing = Nothing was measured

# Beside a line, at most 12 signs: servers without a public name, alone and beside others.
chart-ours = our servers
chart-others = others

# For who cannot see it.
chart-alt-public = Chart: the share of failing checks from { $from } to { $until }. { $servers }.
chart-alt-server = { $server }: { $now } at the end (at most { $most })
chart-alt-server-unmeasured = { $server }: not measured
