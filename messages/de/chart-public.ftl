### Das Diagramm einer Störung: auf den Karten des Teams, und als Bild neben öffentlichen Meldungen.

chart-title = Fehlgeschlagene Prüfungen ({ $minutes } min)
chart-reports = Meldungen je Minute
chart-more = und { $count ->
    [one] 1 weiterer Server
   *[other] { $count } weitere Server
}
chart-nothing = Es wurde nichts gemessen

# Neben einer Linie, höchstens 12 Zeichen: Server ohne öffentlichen Namen, allein und neben anderen.
chart-ours = unsere Server
chart-others = die übrigen

# Für alle, die es nicht sehen können.
chart-alt-public = Diagramm: Anteil fehlgeschlagener Prüfungen von { $from } bis { $until }. { $servers }.
chart-alt-server = { $server }: { $now } am Ende (höchstens { $most })
chart-alt-server-unmeasured = { $server }: nicht gemessen
