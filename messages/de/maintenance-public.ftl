### Was alle über ein Wartungsfenster erfahren.

window-span = { $start } bis { $end }

# Weitere öffentliche Worte, wo das Personal keine angab.
window-words = Websites können dort zeitweise langsam oder nicht erreichbar sein.

window-news-scheduled = Geplante Wartung auf { $servers }: { $title }. Zeitraum: { $when }. { $words }
# Dasselbe, wo sie eine Störung beenden soll.
window-news-scheduled-to-mend = Um diese Störung zu beheben, findet auf { $servers } eine Wartung statt: { $title }. Zeitraum: { $when }. { $words }
window-news-reminder = Zur Erinnerung: Wartung auf { $servers } ({ $title }). Zeitraum: { $when }. { $words }
window-news-started = Die Wartung auf { $servers } hat begonnen: { $title }. Voraussichtliches Ende: { $end }. { $words }
window-news-moved = Die Wartung auf { $servers } ({ $title }) wurde verschoben. Neuer Zeitraum: { $when }.
window-news-extended = Die Wartung auf { $servers } ({ $title }) dauert länger. Voraussichtliches Ende: { $end }.
window-news-delayed = Die Wartung auf { $servers } ({ $title }) dauert länger als geplant. Nächste Nachricht spätestens: { $end }.
window-news-verifying = Die Zeit der Wartung auf { $servers } ({ $title }) ist um. Wir prüfen jetzt, ob alles funktioniert.
window-news-completed = Die Wartung auf { $servers } ({ $title }) ist beendet.
window-news-cancelled = Die Wartung auf { $servers } ({ $title }) findet nicht statt.

window-short-scheduled = Geplante Wartung auf { $servers }: { $start } bis { $end }.
window-short-moved = Die Wartung auf { $servers } wurde verschoben. Neuer Zeitraum: { $start } bis { $end }.
window-short-reminder = Zur Erinnerung: Wartung auf { $servers }, { $start } bis { $end }.
window-short-started = Die Wartung auf { $servers } hat begonnen. Geplantes Ende: { $end }.
window-short-extended = Die Wartung auf { $servers } dauert länger als geplant. Neues geplantes Ende: { $end }.
window-short-delayed = Die Wartung auf { $servers } dauert länger als geplant. Nächste Nachricht spätestens: { $end }.
window-short-verifying = Die Arbeiten auf { $servers } sind abgeschlossen. Wir prüfen jetzt, ob alles funktioniert.
window-short-completed = Die Wartung auf { $servers } ist beendet. Falls Ihre Website nicht lädt, geben Sie uns bitte Bescheid.
window-short-cancelled = Die Wartung auf { $servers } findet nicht statt. Geplant war sie für: { $start }.
