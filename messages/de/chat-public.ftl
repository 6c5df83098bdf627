### Was Kunden in Discord lesen: Befehle, Antworten, was der Bot über sich zeigt.

## Befehle, wie Discord sie aufführt: höchstens 100 Zeichen

chat-about-report = Ein Problem mit Ihrer Website melden
chat-about-status = Wie es steht
chat-about-subscribe = Neuigkeiten als Direktnachricht erhalten
chat-about-unsubscribe = Keine Neuigkeiten mehr erhalten
chat-option-subscribe-server = Ein Server; ohne Angabe erfahren Sie von allem
chat-option-domain = Ihre Domain, zum Beispiel example.org
chat-option-what = Was funktioniert nicht?
chat-option-since = Seit wann?
chat-option-about = Ein Server oder Ihre Domain

## Antworten an Kunden

chat-report-empty = Bitte nennen Sie Ihre Domain und sagen Sie, was nicht funktioniert. Noch wurde nichts gesendet.
chat-report-since =
    { $what }
    Seit: { $since }
chat-report-no-words = (eine Nachricht ohne Worte)
chat-report-again = Das haben Sie uns schon gesendet: Es liegt uns vor.
chat-report-too-many = Ihre Meldungen liegen uns vor, und unser Team sieht sie. Weitere brauchen Sie vorerst nicht zu senden.
chat-report-noted = Vielen Dank, das ist als Meldung aufgenommen. Wir gehen der Sache nach.
chat-which-domain = Um welche Domain geht es? Bitte antworten Sie mit ihrem Namen, zum Beispiel example.org.
chat-busy = Ich konnte das gerade nicht annehmen: Es wurde nicht gespeichert. Bitte versuchen Sie es in einer Minute noch einmal.
chat-status-server = { $server } { $standing }.
chat-standing = { $status ->
    [operational] funktioniert normal
    [under_maintenance] wird gewartet
    [degraded_performance] ist langsam oder zeitweise nicht erreichbar
    [partial_outage] ist meist nicht erreichbar
   *[major_outage] ist ausgefallen
}
chat-status-page = Mehr: { $url }
chat-fixed = Vielen Dank. Schön, dass es bei Ihnen wieder funktioniert.
chat-still-broken = Danke für die Rückmeldung. Unser Team weiß jetzt, dass es bei Ihnen noch nicht behoben ist.
chat-answer-late = Discord wollte nicht länger warten, deshalb kommt meine Antwort hier:
chat-command-unknown = Diesen Befehl kenne ich nicht mehr. Bitte laden Sie Discord neu.
chat-button-unknown = Dieser Knopf ist keiner von meinen oder von einer älteren Art. Die Befehle leisten dasselbe: siehe /help.

## Anzeige im Profil: höchstens 128 Zeichen

chat-presence = { $status ->
    [operational] { $incidents ->
        [0] Alles in Ordnung
       *[other] Alle Server laufen, eine Störung ist offen
    }
    [under_maintenance] Wartung läuft
    [degraded_performance] Leichte Störung; siehe /status
    [partial_outage] Teilausfall; siehe /status
   *[major_outage] Ausfall; siehe /status
}
