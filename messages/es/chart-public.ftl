### El gráfico de una incidencia: en las fichas del equipo y como imagen junto a los avisos públicos.

chart-title = Comprobaciones fallidas ({ $minutes } min)
chart-reports = Avisos por minuto
chart-more = y { $count ->
    [one] 1 servidor más
   *[other] { $count } servidores más
}
chart-nothing = No se midió nada

# Junto a una línea, 12 signos como mucho: servidores sin nombre público, solos y junto a otros.
chart-ours = servidores
chart-others = los demás

# Para quien no puede verlo.
chart-alt-public = Gráfico: proporción de comprobaciones fallidas de { $from } a { $until }. { $servers }.
chart-alt-server = { $server }: { $now } al final (como mucho { $most })
chart-alt-server-unmeasured = { $server }: sin medir
