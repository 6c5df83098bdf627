### The provider above us: what it announces and says, and the evidence packet for its ticket desk.

## A notice. $provider is the provider's name, $standing one of notice-standing, $window one of the
## windows below.

notice-new = { $provider } { $about ->
    [incident] publishes trouble
   *[other] announces maintenance
}: notice { $notice } ({ $id }), “{ $title }”
notice-changed = { $provider } has changed notice { $notice } ({ $id }), “{ $title }”
notice-standing = { $status ->
    [tentative] not certain yet
    [confirmed] confirmed
    [in_progress] under way
    [completed] completed
    [cancelled] cancelled
   *[other] standing not said
}
notice-is = It is { $standing }.
notice-was = It is { $standing }; before: { $before }.
notice-when = When: { $window }.
notice-when-was = When: { $window }; before: { $before }.
notice-window = { $from } to { $until }{ $utc }
notice-window-open = from { $from }{ $utc }, end not said
notice-window-none = not readable
notice-window-utc = { " " }({ $from } to { $until })
notice-window-open-utc = { " " }({ $from })
notice-impact = Effect, as it says: { $impact ->
    [no_impact] none
    [reduced_redundancy] less redundancy
    [degraded] it works worse
    [outage] it does not work
   *[other] nothing readable
}.
notice-touches = It names { $components }; behind that: { $servers }.
notice-touches-none = What it names is in no “circuits” or “accounts” of the fleet file: { $objects }. Somebody has to say which servers it touches.
notice-no-objects = nothing
notice-assumed = Taken for granted: { $list }.
notice-unread = Not readable: { $list }. The original says more, or { $provider } does.
# Why there is no window for customers, and what to type.
notice-no-window = { $why ->
    [no_work] Notice { $notice } plans no work (any more).
    [unmatched] Notice { $notice } names nothing of ours: maintenance schedule TARGETS START HOW-LONG "title"
    [no_start] When it begins could not be read, so no window is drafted. Once you know: maintenance schedule { $targets } START HOW-LONG "title"
    [no_end] It does not say when it ends, so no window is drafted. Once you know: upstream window { $notice } --length HOW-LONG
    [long] It lasts longer than seven days, so no window goes with it. For a part of it: maintenance schedule { $targets } START HOW-LONG "title"
    [past] Its time has passed: no window is drafted.
    [far] It is more than two years ahead: no window is drafted.
    [planned] Maintenance { $window } covers this already, so no second window is drafted. To make one all the same: upstream window { $notice }
    [full] Too many windows are open: none is drafted.
    [begun] Maintenance { $window } has begun here and is not put off. If nothing is worked on: maintenance cancel { $window }
   *[followed] Maintenance { $window } is as notice { $notice } says.
}
notice-counts = So says { $provider }. It counts as evidence: what it names is taken to be { $times } times likelier at fault, for { $span } without a further word. By itself it raises no alarm.
notice-not-proof = So says { $provider }; what is suspected rests on what is measured alone.
# In an incident's timeline.
notice-said = { $provider } announced: “{ $title }” ({ $standing }; { $window })

# One for each thing that had to be taken for granted.
notice-assumed-what = { $what ->
    [utc] times without a zone are UTC
    [own_zone] times without a zone are our own
    [provider_zone] times without a zone are the provider's own
    [zone_name] the zone's name, from another program, means the usual one
    [zone_season] standard time is meant although it is summer
    [year] the year is the nearest one
    [day] “tonight” and the like count from when it was written
    [whole_day] a date without a time is the whole day
    [next_day] it ends on the day after it begins
    [length] the length said is that of the work
    [no_sequence] without a count, what was written later holds
    [event_status] the calendar entry's own standing holds
    [not_maintnote] a calendar entry that is no MAINTNOTE is one all the same
    [folding] lines that were broken wrongly go on
    [no_id] letters of one thread are about one thing
    [sender] the sender's address tells the provider
   *[gone] what is gone from the page is over
}
# One for each thing that could not be read.
notice-unread-what = { $what ->
    [provider] who says it
    [start] when it begins
    [end] when it ends
    [zone] the time zone
    [impact] the effect
    [status] whether it is certain
   *[objects] which circuits or machines
}

## `bellwether notice`, and pages that do not answer

notice-read = Read: { $provider }, { $id }: “{ $title }” [{ $objects }]
notice-left-out = { $count } more in it were left out: hand them in one by one.
upstream-unreachable = The page of { $provider } that is asked for notices was not readable { $count ->
    [one] once
   *[other] { $count } times
}: { $reason }. It is asked on, ever more slowly; what it says is not known until then.

## `upstream notices`

notices-none = No provider has announced anything.
notices-row = { $notice }. { $provider }, { $id }: “{ $title }”; { $standing }; { $window }; { $servers }
notices-no-servers = touches nothing that we know of

## What a provider says, beside what we measure

upstream-said-against = { $said } We measured: { $measured }.
upstream-disagrees = That is not what we measure: { $measured }. For their ticket: upstream packet { $incident }
# Phrases of a provider that sees nothing wrong, with | between, in lower case.
upstream-denials = unaware of | not aware of | no issue | no problem | no known | no trouble | nothing wrong | not seeing any | don't see any | do not see any | no outage | no fault | systems operational | is fine | looks fine | looks good | looks normal | on your side | on your end

## The evidence packet, which a provider's ticket desk reads. Plain text; no names of people.

packet-title = Evidence of { $host }, { $now }. Trouble since about { $since }{ $local }.
packet-local = { " " }({ $time })
packet-cause = Our checks point at { $names } ({ $probability }).
packet-cause-none = Our checks point at nothing in particular yet.
packet-reference = Your reference: { $list }.
packet-servers = Affected:
packet-server = { $server }{ $address }: { $bad } of { $checks } checks bad lately ({ $failed } failed, { $slow } late), normally { $normal }{ $people }
packet-server-uncounted = { $server }{ $address }: not measured lately{ $people }
packet-people = { $people ->
    [0] { "" }
    [one] ; 1 customer reports it
   *[other] ; { $people } customers report it
}
packet-address = { " " }({ $address })
packet-more = … and { $count } more
packet-table = Bad of all checks in each { $minutes ->
    [one] minute
   *[other] { $minutes } minutes
} from { $from } on:
packet-table-row = { $server } { $cells }
packet-table-none = No counts by the minute are at hand now.
packet-healthy = Healthy at the same time: { $list }.
packet-healthy-row = { $server } ({ $bad } of { $checks } bad)
packet-vantages = The checks run from { $list }.
packet-vantages-canaries = The checks run from { $list }; from there other networks answer as usual.
packet-blind = Left out: checks from { $list }, which has trouble of its own.
packet-tried = Ruled out so far:
packet-said = What you said:
packet-row = { $time }: { $text }
packet-question = Please check what these servers share on your side.
packet-several-providers = (These servers are with { $list }: leave out what is not this provider's.)
# The path from our machine; $program is “traceroute” or its like, whose lines follow.
packet-trace = From our machine to { $server } ({ $address }), by { $program }{ $ending ->
    [failed] , which ended with an error
    [late] , ended as it took too long
    [long] , ended as it printed too much
   *[other] { "" }
}:
packet-trace-nothing = No path to { $server } ({ $address }): { $program } { $ending ->
    [not_started] could not be started
    [failed] ended with an error
    [late] said nothing for too long
   *[other] printed nothing
}.
packet-trace-none = No path traced: { $why ->
    [off] traceroute is switched off here
    [program] our machine has no traceroute, tracepath or mtr that may run
    [address] none of these servers has an address that could be asked
   *[busy] paths are being traced for others just now; a later packet has it
}.
packet-no-incident = No incident is open. Which one: upstream packet ID
packet-several = Several incidents are open ({ $ids }). Which one: upstream packet ID
