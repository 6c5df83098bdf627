### Kleine Wendungen, die mehrere Bereiche brauchen: Aufzählungen, Zeitspannen, Daten.

list-more = { $first }, { $next }
list-and = { $first } und { $last }

span-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
span-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
span-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
# Nur im Nominativ und Akkusativ verwendet.
span-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
span-two = { $larger } { $smaller }

date = { date-in-year } { $year }
date-in-year = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
date-time = { $date }, { $time }

report-forgotten = (Wortlaut nicht mehr gespeichert)

time-in-both = { $local } ({ $utc })
