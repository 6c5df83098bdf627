### Die Statusseite.

## Jede Seite

page-title = { $name }: Status
page-skip = Zum Inhalt springen
page-home = Aktueller Stand
page-history-link = Frühere Störungen
page-report-link = Problem melden
page-subscribe-link = Meldungen per E-Mail erhalten
page-as-of = Stand: { $time }. Diese Seite lädt sich jede Minute neu.
page-as-of-still = Stand: { $time }.
page-times-in = Alle Zeiten gelten für { $zone }.
page-old = Diese Seite ist vielleicht veraltet. Sie zeigt den Stand: { $time }; seitdem hat sie nichts Neueres erreicht.
page-footer = Stimmt etwas mit Ihrer Website nicht, das hier nicht steht?

## Statuswörter

page-status-operational = In Betrieb
page-status-under-maintenance = In Wartung
page-status-degraded-performance = Langsam oder unzuverlässig
page-status-partial-outage = Teilausfall
page-status-major-outage = Ausfall

page-overall-operational = Alle Systeme funktionieren
page-overall-watching = Alles läuft und wird genau beobachtet
page-overall-under-maintenance = Eine geplante Wartung läuft
page-overall-degraded-performance = Einige Websites sind langsam oder unzuverlässig
page-overall-partial-outage = Einige Websites sind nicht erreichbar
page-overall-major-outage = Websites sind ausgefallen

page-state-investigating = Wir suchen die Ursache
page-state-identified = Ursache gefunden
page-state-monitoring = Läuft wieder, wird beobachtet
page-state-resolved = Behoben
page-state-false-alarm = Fehlalarm

page-kind-investigating = Wir suchen die Ursache
page-kind-holding = Wir suchen die Ursache
page-kind-identified = Ursache gefunden
page-kind-update = Zwischenstand
page-kind-monitoring = Läuft wieder, wird beobachtet
page-kind-resolved = Behoben
page-kind-false-alarm = Berichtigung
page-kind-post-mortem = Im Nachhinein: was geschehen ist

## Störungen

page-open-heading = Zurzeit
page-affects = Betroffen: { $servers }
page-affects-others = Betroffen: einige unserer Server
page-other-servers = weitere Server
page-started = Beginn: { $time }
page-ended = { $start } bis { $end } ({ $span })
page-ended-still = Beginn: { $start }
page-next-update = Nächste Meldung spätestens: { $time }
page-next-update-late = Eine Meldung war fällig: { $time }. Wir sind damit in Verzug.
page-updates-heading = Meldungen, neueste zuerst
page-all-updates = Alle Meldungen
page-resolved-heading = Kürzlich behoben
page-resolved-none = { $days ->
    [one] Keine Störungen am letzten Tag.
   *[other] Keine Störungen in den letzten { $days } Tagen.
}

page-history-title = Frühere Störungen
page-history-intro = { $days ->
    [one] Der letzte Tag.
   *[other] Die letzten { $days } Tage.
}

## Server

page-servers-heading = Server
page-server-hosting = Webhosting
page-server-others = Weitere Server
page-servers-working = { $count ->
    [one] { $count } Server funktioniert normal
   *[other] { $count } Server funktionieren normal
}
page-strip = Die letzten 24 Stunden: { $story }
page-strip-all = { $status } die ganze Zeit
page-strip-part = { $status } von { $start } bis { $end }
page-strip-now = { $status } seit { $start }
page-strip-else = sonst { $status }
page-strip-start = vor 24 Stunden
page-strip-end = jetzt

## Wenn es nichts zu zeigen gibt

page-missing-title = Diese Seite gibt es nicht
page-missing-text = Vielleicht ist die Adresse vertippt, oder die Störung liegt so lange zurück, dass sie nicht mehr aufgeführt wird.

page-maintenance-link = Wartung
page-maintenance-title = Wartung
page-maintenance-heading = Geplante Arbeiten
page-maintenance-intro = Was geplant ist, was gerade läuft und was zuletzt erledigt wurde.
page-maintenance-calendar = Als Kalender
page-maintenance-none = Es ist keine Wartung geplant.
page-maintenance-over = Vorbei
page-maintenance-when = { $start } bis { $end }
page-window-scheduled = Geplant
page-window-in-progress = Läuft
page-window-verifying = Wird geprüft
page-window-completed = Abgeschlossen
page-window-cancelled = Abgesagt
page-news-scheduled = Angekündigt
page-news-reminder = Erinnerung
page-news-started = Begonnen
page-news-moved = Verschoben
page-news-extended = Dauert länger
page-news-delayed = Dauert länger
page-news-verifying = Wird geprüft
page-news-completed = Abgeschlossen
page-news-cancelled = Abgesagt
page-calendar-name = Wartung bei { $name }
page-calendar-event = Wartung: { $title }
