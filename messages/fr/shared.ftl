### Tournures communes à plusieurs parties : énumérations, durées, dates.

list-more = { $first }, { $next }
list-and = { $first } et { $last }

span-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
span-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
span-two = { $larger } { $smaller }

date = { date-in-year } { $year }
date-in-year = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
}
date-time = { $date }, { $time }

report-forgotten = (texte qui n’est plus conservé)

time-in-both = { $local } ({ $utc })
