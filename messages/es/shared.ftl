### Expresiones breves que comparten varias partes: listas, duraciones, fechas.

list-more = { $first }, { $next }
list-and = { $first } y { $last }

span-seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
span-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
span-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
span-days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
span-two = { $larger } y { $smaller }

date = { date-in-year } de { $year }
date-in-year = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}
date-time = { $date }, { $time }

report-forgotten = (texto que ya no se conserva)

time-in-both = { $local } ({ $utc })
