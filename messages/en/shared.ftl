### Small phrases that several areas share: lists, spans of time, dates.

# "s1, s2 and s3": every name but the last is joined by list-more, the last by list-and.
list-more = { $first }, { $next }
list-and = { $first } and { $last }

# How long something took or takes. Numbers are whole.
span-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-two = { $larger } { $smaller }

# A date, "24 April 2014", and one in the present year, "24 April"; $month is 1 to 12.
date = { date-in-year } { $year }
date-in-year = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-time = { $date }, { $time }

# "1 December, 22:00 EST (2 December, 03:00 UTC)".
time-in-both = { $local } ({ $utc })

# In place of a report's words when they are no longer kept.
report-forgotten = (words no longer kept)
