### Was alle über ein Wartungsfenster erfahren.

maintenance-scheduled = Geplante Wartung auf { $servers }: { $title }. Zeitraum: { $from } bis { $until }. Websites können dort in dieser Zeit langsam oder nicht erreichbar sein.
maintenance-scheduled-short = Geplante Wartung auf { $servers }: { $from } bis { $until }.
maintenance-moved = Die Wartung auf { $servers } wurde verschoben: { $title }. Neuer Zeitraum: { $from } bis { $until }. Websites können dort in dieser Zeit langsam oder nicht erreichbar sein.
maintenance-moved-short = Die Wartung auf { $servers } wurde verschoben. Neuer Zeitraum: { $from } bis { $until }.
maintenance-soon = Zur Erinnerung: geplante Wartung auf { $servers }: { $title }. Zeitraum: { $from } bis { $until }. Websites können dort in dieser Zeit langsam oder nicht erreichbar sein.
maintenance-soon-short = Zur Erinnerung: Wartung auf { $servers }, { $from } bis { $until }.
maintenance-started = Die geplante Wartung auf { $servers } hat begonnen: { $title }. Websites können dort langsam oder nicht erreichbar sein. Geplantes Ende: { $until }.
maintenance-started-short = Die Wartung auf { $servers } hat begonnen. Geplantes Ende: { $until }.
maintenance-extended = Die Wartung auf { $servers } dauert länger als geplant: { $title }. Websites können dort langsam oder nicht erreichbar sein. Neues geplantes Ende: { $until }. Bitte entschuldigen Sie die Verzögerung.
maintenance-extended-short = Die Wartung auf { $servers } dauert länger als geplant. Neues geplantes Ende: { $until }.
maintenance-delayed = Die Wartung auf { $servers } dauert länger als geplant: { $title }. Websites können dort langsam oder nicht erreichbar sein. Nächste Nachricht spätestens: { $until }. Bitte entschuldigen Sie die Verzögerung.
maintenance-delayed-short = Die Wartung auf { $servers } dauert länger als geplant. Nächste Nachricht spätestens: { $until }.
maintenance-verifying = Die Wartung auf { $servers } geht zu Ende: { $title }. Wir prüfen jetzt, ob dort alle Websites normal laden.
maintenance-verifying-short = Die Wartung auf { $servers } geht zu Ende. Wir prüfen jetzt, ob alles funktioniert.
maintenance-completed = Die Wartung auf { $servers } ist beendet: { $title }. Die Websites dort laden wieder normal. Falls Ihre nicht lädt, geben Sie uns bitte Bescheid.
maintenance-completed-short = Die Wartung auf { $servers } ist beendet. Falls Ihre Website nicht lädt, geben Sie uns bitte Bescheid.
maintenance-cancelled = Die Wartung auf { $servers } wurde abgesagt: { $title }. Geplant war sie für: { $from }.
maintenance-cancelled-short = Die Wartung auf { $servers } wurde abgesagt. Geplant war sie für: { $from }.

# Der Titel einer Arbeit, die ein Anbieter angekündigt hat.
maintenance-of-provider = { $kind ->
    [provider] Arbeiten am Netz unseres Anbieters
    [network] Arbeiten am Netz unseres Anbieters
    [datacenter] Arbeiten in unserem Rechenzentrum
    [rack] Arbeiten in unserem Rechenzentrum
    [hypervisor] Arbeiten an einem unserer Wirtsrechner
    [database] Arbeiten an unserem Datenbankdienst
    [dns] Arbeiten an unserem Namensdienst
    [mail] Arbeiten an unserem E-Mail-Dienst
   *[other] Arbeiten an einem Teil unseres Dienstes
}
